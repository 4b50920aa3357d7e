import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GuardianScope, Guardianship, Member } from "../chain/views";
import { date, dayEnd, dayText } from "../i18n";
import { MemberField } from "../records/MemberField";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { memberName, useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Checkbox, Empty, PageHead, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { Dependants } from "./Dependants";

const DAY = 86_400_000;

/** Who acts in the patient's name, and in whose name the patient acts. */
export function Guardians() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const guardians = useLive(`guardians ${me.id}`, (reads) => reads.guardians(me.id));
  const wards = useLive(`wards ${me.id}`, (reads) => reads.wards(me.id));
  const dismiss = (guardianship: Guardianship) =>
    act({
      title: t("guardians.dismissTitle"),
      recorded: t("guardians.dismissRecorded"),
      stays: t("guardians.dismissStays"),
      confirm: t("guardians.dismiss"),
      danger: true,
      done: t("guardians.dismissDone"),
      run: (report) => acts.dismissGuardian(guardianship.guardian, report),
    });
  return (
    <>
      <PageHead title={t("guardians.title")} intro={t("guardians.intro")} />
      <Card title={t("guardians.mine")}>
        <Ready of={guardians}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("guardians.none")}>{t("guardians.noneHint")}</Empty>
            ) : (
              <List items={all} keyOf={(one) => one.guardian} label={t("guardians.mine")}>
                {(one) => (
                  <ListItem
                    title={<Named id={one.guardian} />}
                    actions={
                      <>
                        <Scope of={one.scope} />
                        <GiveEarlier guardian={one.guardian} />
                        <Button small look="danger" onPress={() => void dismiss(one)}>
                          {t("guardians.dismiss")}
                        </Button>
                      </>
                    }
                  >
                    {t("grants.until", { when: date(one.until) })}
                  </ListItem>
                )}
              </List>
            )
          }
        </Ready>
        <AppointForm />
      </Card>
      <Card title={t("guardians.wards")}>
        <Ready of={wards}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("guardians.noWards")}>{t("guardians.noWardsHint")}</Empty>
            ) : (
              <List items={all} keyOf={(one) => one.patient} label={t("guardians.wards")}>
                {(one) => (
                  <ListItem
                    title={<Named id={one.patient} />}
                    actions={
                      <>
                        <Scope of={one.scope} />
                        <ButtonLink small look="primary" to={`/wards/${one.patient}`}>
                          {t("guardians.actFor")}
                        </ButtonLink>
                      </>
                    }
                  >
                    {t("grants.until", { when: date(one.until) })}
                  </ListItem>
                )}
              </List>
            )
          }
        </Ready>
      </Card>
      <Dependants />
      <Card title={t("recovery.pageTitle")}>
        <p>{t("recovery.pageIntro")}</p>
        <Row>
          <ButtonLink to="/recovery">{t("recovery.go")}</ButtonLink>
        </Row>
      </Card>
    </>
  );
}

/** What a guardian may do. */
export function Scope({ of }: { of: GuardianScope }) {
  const { t } = useTranslation();
  return (
    <>
      {of.decide ? <Badge tone="info">{t("guardians.decides")}</Badge> : null}
      {of.read ? <Badge tone="info">{t("guardians.reads")}</Badge> : null}
    </>
  );
}

/** Seals the records that a guardian lacks to it; there is nothing to see once it has all. */
function GiveEarlier({ guardian }: { guardian: number }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const lacking = useLive(`lacking ${me.id} ${guardian}`, async (reads) => {
    const [records, held] = await Promise.all([reads.records(me.id), reads.grantsOfReader(guardian)]);
    const has = new Set(held.map((grant) => grant.record));
    return records.filter((record) => record.status !== "erased" && !has.has(record.id));
  });
  if (lacking.type !== "ready" || lacking.value.length === 0) {
    return null;
  }
  const { value } = lacking;
  return (
    <Button
      small
      onPress={() =>
        void act({
          title: t("guardians.giveTitle"),
          recorded: t("guardians.giveRecorded", { count: value.length }),
          stays: t("guardians.giveStays"),
          confirm: t("guardians.give", { count: value.length }),
          done: t("guardians.giveDone"),
          run: (report) => acts.sealToGuardian(me, guardian, value, report),
        })
      }
    >
      {t("guardians.give", { count: value.length })}
    </Button>
  );
}

function AppointForm() {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [adding, setAdding] = useState(false);
  const [guardian, setGuardian] = useState<Member | null>(null);
  const [scope, setScope] = useState<GuardianScope>({ decide: true, read: true });
  const [until, setUntil] = useState(() => dayText(Date.now() + 365 * DAY));
  if (!adding) {
    return (
      <Row>
        <Button onPress={() => setAdding(true)}>{t("guardians.add")}</Button>
      </Row>
    );
  }
  const end = dayEnd(until);
  const appoint = async (who: Member) => {
    const name = memberName(who, who.id);
    const done = await act({
      title: t("guardians.appointTitle", { name }),
      recorded: t("guardians.appointRecorded", { name, until: date(end) }),
      stays: t("guardians.appointStays"),
      confirm: t("guardians.appoint"),
      done: t("guardians.appointDone"),
      run: (report) => acts.appointGuardian(who.id, scope, end, report),
    });
    if (done) {
      setAdding(false);
      setGuardian(null);
    }
  };
  return (
    <Stack>
      <MemberField label={t("guardians.who")} roles={["patient"]} onMember={setGuardian} />
      <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
        <legend>
          <strong>{t("guardians.scope")}</strong>
        </legend>
        <Checkbox isSelected={scope.decide} onChange={(decide) => setScope({ ...scope, decide })}>
          {t("guardians.mayDecide")}
        </Checkbox>
        <Checkbox isSelected={scope.read} onChange={(read) => setScope({ ...scope, read })}>
          {t("guardians.mayRead")}
        </Checkbox>
      </fieldset>
      <PlainField
        label={t("consents.until")}
        value={until}
        onChange={setUntil}
        type="date"
        min={dayText(Date.now() + DAY)}
      />
      <Row justify="end">
        <Button onPress={() => setAdding(false)}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          isDisabled={guardian === null || !(scope.decide || scope.read) || Number.isNaN(end)}
          onPress={() => {
            if (guardian !== null) {
              void appoint(guardian);
            }
          }}
        >
          {t("guardians.appoint")}
        </Button>
      </Row>
    </Stack>
  );
}
