import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addressOf } from "../chain/address";
import { type Consent, readConsent, readIn } from "../chain/statements";
import type { Staff as StaffEntry, StaffScope } from "../chain/views";
import { dateTime, standalone } from "../i18n";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, Card, Empty, Notice, PageHead, Row, Stack } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { HospitalAffiliations } from "./Affiliations";
import { Vouch } from "./Vouch";

const SCOPES: readonly StaffScope[] = ["ward", "front-desk", "dispensary"];

/** The people who act for an institution, each by an own account: adding them and removing them. */
export function StaffPage() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const staff = useLive(`staff ${me.id}`, (reads) => reads.staff(me.id));
  const remove = (one: StaffEntry) =>
    act({
      title: t("staff.removeTitle"),
      recorded: t("staff.removeRecorded"),
      stays: t("staff.removeStays"),
      confirm: t("staff.remove"),
      danger: true,
      done: t("staff.removeDone"),
      run: (report) => acts.removeStaff(one.account, report),
    });
  return (
    <>
      <PageHead title={t("staff.title")} intro={t("staff.intro")} />
      <Card title={t("staff.who")}>
        <Ready of={staff}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("staff.none")}>{t("staff.noneHint")}</Empty>
            ) : (
              <List items={all} keyOf={(one) => one.account} label={t("staff.who")}>
                {(one) => (
                  <ListItem
                    title={<code>{one.account}</code>}
                    actions={
                      <>
                        <Badge tone="info">{t(`staff.scope.${one.scope}`)}</Badge>
                        {one.ofVersion === me.keyVersion ? null : <Badge tone="warn">{t("staff.stale")}</Badge>}
                        <Button small look="danger" onPress={() => void remove(one)}>
                          {t("staff.remove")}
                        </Button>
                      </>
                    }
                  >
                    {t("staff.since", { when: dateTime(one.addedAt) })}&nbsp;· {t(`staff.may.${one.scope}`)}
                  </ListItem>
                )}
              </List>
            )
          }
        </Ready>
      </Card>
      <AddStaff />
      {me.role === "hospital" ? <HospitalAffiliations /> : null}
      <Vouch />
    </>
  );
}

function AddStaff() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [text, setText] = useState("");
  const [scope, setScope] = useState<StaffScope>(me.role === "pharmacy" ? "dispensary" : "ward");
  const consent = readIn(text, readConsent);
  const other = consent !== null && consent.member !== me.id;
  const add = async (from: Consent) => {
    const done = await act({
      title: t("staff.addTitle"),
      recorded: t("staff.addRecorded", { scope: t(`staff.scope.${scope}`) }),
      stays: t("staff.addStays"),
      confirm: t("staff.add"),
      done: t("staff.addDone"),
      run: (report) => acts.addStaff(me, from, scope, report),
    });
    if (done) {
      setText("");
    }
  };
  return (
    <Card title={t("staff.add")}>
      <p>{t("staff.addIntro", { id: me.id })}</p>
      <Stack>
        <PlainField
          label={t("staff.consent")}
          value={text}
          onChange={setText}
          autoComplete="off"
          error={
            text.trim() !== "" && consent === null
              ? t("failure.StatementError")
              : other
                ? t("staff.otherInstitution", { id: consent.member })
                : undefined
          }
        />
        <Choice
          label={t("staff.scopeLabel")}
          value={scope}
          onChange={setScope}
          options={SCOPES.map((value) => ({ value, label: t(`staff.scope.${value}`) }))}
          hint={standalone(t(`staff.may.${scope}`))}
        />
        {consent === null || other ? null : (
          <Notice tone="info" title={t("staff.account")}>
            <code>{addressOf(consent.account)}</code>
          </Notice>
        )}
        <Row justify="end">
          <Button
            look="primary"
            isDisabled={consent === null || other}
            onPress={() => {
              if (consent !== null) {
                void add(consent);
              }
            }}
          >
            {t("staff.add")}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}
