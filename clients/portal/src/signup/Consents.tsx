import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member } from "../chain/views";
import { explained } from "../i18n/failure";
import { MemberField } from "../records/MemberField";
import { useAccount } from "../session/Session";
import { Button, Card, Notice, Row } from "../ui/basics";
import { HandOver } from "../ui/HandOver";

/** What an account that is nobody's yet can become besides a member: staff, or the account of a member there is. */
export function Consents() {
  const { t } = useTranslation();
  const { acts, identity } = useAccount();
  return (
    <>
      <ConsentCard
        title={t("consent.staff")}
        intro={t("consent.staffIntro")}
        label={t("consent.institution")}
        roles={["hospital", "pharmacy"]}
        make={(member) => acts.staffConsent(member.id)}
      />
      <ConsentCard
        title={t("consent.move")}
        intro={t("consent.moveIntro")}
        label={t("consent.member")}
        roles={["patient", "doctor", "hospital", "pharmacy"]}
        make={(member) => acts.moveConsent(member)}
        address={identity.address}
      />
    </>
  );
}

function ConsentCard({
  title,
  intro,
  label,
  roles,
  make,
  address,
}: {
  title: string;
  intro: string;
  label: string;
  roles: readonly Member["role"][];
  make: (member: Member) => Promise<string>;
  /** What others have to be told besides. */
  address?: string;
}) {
  const { t } = useTranslation();
  const [member, setMember] = useState<Member | null>(null);
  const [made, setMade] = useState<{ text: string; for: number } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const sign = async (from: Member) => {
    try {
      setMade({ text: await make(from), for: from.id });
      setFailure(null);
    } catch (error) {
      setFailure(explained(error).reason);
    }
  };
  return (
    <Card title={title}>
      <p>{intro}</p>
      <MemberField label={label} roles={roles} onMember={setMember} />
      {failure === null ? null : <Notice tone="bad" title={failure} />}
      <Row justify="end">
        <Button
          isDisabled={member === null}
          onPress={() => {
            if (member !== null) {
              void sign(member);
            }
          }}
        >
          {t("consent.make")}
        </Button>
      </Row>
      {made === null || made.for !== member?.id ? null : (
        <>
          <HandOver
            label={t("consent.text")}
            text={made.text}
            hint={t("consent.lasts")}
            copy={t("links.copy")}
            copied={t("links.copied")}
          />
          {address === undefined ? null : (
            <HandOver
              label={t("account.address")}
              text={address}
              hint={t("consent.tellAddress")}
              copy={t("links.copy")}
              copied={t("links.copied")}
            />
          )}
        </>
      )}
    </Card>
  );
}
