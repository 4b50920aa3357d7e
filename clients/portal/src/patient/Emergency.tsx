import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EmergencyConsent, Member, RecordView } from "../chain/views";
import { dateTime } from "../i18n";
import { MemberField } from "../records/MemberField";
import { ChosenMembers } from "../records/ChosenMembers";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, Card, Facts, Notice, PageHead, Row, Stack } from "../ui/basics";
import { Choice } from "../ui/fields";
import { List, ListItem } from "../ui/List";

const HOSPITALS_MAX = 16;

/** The patient's emergency consent, and which records doctors can open by it. */
export function Emergency() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead title={t("emergency.title")} intro={t("emergency.intro")} />
      <EmergencyConsentCard patient={me.id} />
    </>
  );
}

/** The consent of a patient, for the patient or a guardian who decides. */
export function EmergencyConsentCard({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const consent = useLive(`emergency ${patient}`, (reads) => reads.emergencyConsent(patient));
  const [changing, setChanging] = useState(false);
  const revoke = () =>
    act({
      title: t("emergency.revokeTitle"),
      recorded: t("emergency.revokeRecorded"),
      stays: t("grants.revokeStays"),
      confirm: t("emergency.revoke"),
      danger: true,
      done: t("emergency.revokeDone"),
      run: (report) => acts.revokeEmergencyConsent(patient, report),
    });
  return (
    <>
      <Card title={t("emergency.consent")}>
        <Ready of={consent}>
          {(held) => (
            <>
              {held === null ? <Notice tone="info" title={t("emergency.none")} /> : <Standing consent={held} />}
              {changing ? (
                <ConsentForm patient={patient} onDone={() => setChanging(false)} />
              ) : (
                <Row>
                  <Button look={held === null ? "primary" : "secondary"} onPress={() => setChanging(true)}>
                    {t(held === null ? "emergency.give" : "emergency.change")}
                  </Button>
                  {held === null ? null : (
                    <Button look="danger" onPress={() => void revoke()}>
                      {t("emergency.revoke")}
                    </Button>
                  )}
                </Row>
              )}
            </>
          )}
        </Ready>
      </Card>
      {consent.type === "ready" && consent.value !== null ? <Lodged patient={patient} /> : null}
    </>
  );
}

function Standing({ consent }: { consent: EmergencyConsent }) {
  const { t } = useTranslation();
  const { institutions } = consent;
  return (
    <Facts
      facts={[
        [
          t("emergency.who"),
          institutions === null
            ? t("emergency.anyDoctor")
            : institutions.map((one, at) => (
                <span key={one}>
                  {at === 0 ? "" : ", "}
                  <Named id={one} />
                </span>
              )),
        ],
        [t("emergency.since"), dateTime(consent.since)],
        [t("emergency.givenBy"), <Named key="by" id={consent.givenBy} />],
      ]}
    />
  );
}

function ConsentForm({ patient, onDone }: { patient: number; onDone: () => void }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [reach, setReach] = useState<"all" | "chosen">("all");
  const [chosen, setChosen] = useState<readonly Member[]>([]);
  const [found, setFound] = useState<Member | null>(null);
  const give = async () => {
    const done = await act({
      title: t("emergency.give"),
      recorded: t(reach === "all" ? "emergency.giveRecordedAll" : "emergency.giveRecordedChosen", {
        count: chosen.length,
      }),
      stays: t("emergency.giveStays"),
      confirm: t("emergency.give"),
      done: t("emergency.giveDone"),
      run: (report) =>
        acts.giveEmergencyConsent(patient, reach === "all" ? null : chosen.map(({ id }) => id), report),
    });
    if (done) {
      onDone();
    }
  };
  return (
    <Stack>
      <Choice
        label={t("emergency.who")}
        value={reach}
        onChange={setReach}
        options={[
          { value: "all", label: t("emergency.anyDoctor") },
          { value: "chosen", label: t("emergency.chosen") },
        ]}
        hint={t("emergency.reachHint")}
      />
      {reach === "all" ? null : (
        <>
          <ChosenMembers chosen={chosen} onChange={setChosen} label={t("emergency.chosen")} />
          <MemberField
            key={chosen.length}
            label={t("emergency.hospital")}
            roles={["hospital"]}
            onMember={setFound}
          />
          <Row>
            <Button
              isDisabled={
                found === null || chosen.length >= HOSPITALS_MAX || chosen.some(({ id }) => id === found.id)
              }
              onPress={() => {
                if (found !== null) {
                  setChosen([...chosen, found]);
                  setFound(null);
                }
              }}
            >
              {t("schedule.add")}
            </Button>
          </Row>
        </>
      )}
      <Row justify="end">
        <Button onPress={onDone}>{t("common.cancel")}</Button>
        <Button look="primary" isDisabled={reach === "chosen" && chosen.length === 0} onPress={() => void give()}>
          {t("emergency.give")}
        </Button>
      </Row>
    </Stack>
  );
}

/** The records that doctors can open in an emergency, and those for which that is not prepared yet. */
function Lodged({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const records = useLive(`lodged ${patient}`, async (reads) => {
    const all = (await reads.records(patient)).filter(
      ({ status, kind }) => status === "current" && kind !== "certificate",
    );
    return Promise.all(all.map(async (record) => ({ record, lodged: (await reads.emergencyCapsule(record.id)) !== null })));
  });
  const lodge = (wanted: readonly RecordView[]) =>
    act({
      title: t("emergency.lodgeTitle", { count: wanted.length }),
      recorded: t("emergency.lodgeRecorded", { count: wanted.length }),
      stays: t("emergency.lodgeStays"),
      confirm: t("emergency.lodge", { count: wanted.length }),
      done: t("emergency.lodgeDone"),
      run: (report) => acts.lodgeEmergency(me, wanted, report),
    });
  return (
    <Card title={t("emergency.records")}>
      <Ready of={records}>
        {(all) => {
          const missing = all.filter(({ lodged }) => !lodged).map(({ record }) => record);
          return (
            <>
              {missing.length === 0 ? null : (
                <Notice tone="warn" title={t("emergency.missing", { count: missing.length })}>
                  <Button small look="primary" onPress={() => void lodge(missing)}>
                    {t("emergency.lodge", { count: missing.length })}
                  </Button>
                </Notice>
              )}
              <List items={all} keyOf={({ record }) => record.id} label={t("emergency.records")}>
                {({ record, lodged }) => (
                  <ListItem
                    title={t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}
                    actions={
                      <Badge tone={lodged ? "good" : "plain"}>
                        {t(lodged ? "emergency.lodged" : "emergency.notLodged")}
                      </Badge>
                    }
                  >
                    {t("records.by")} <Named id={record.author} />&nbsp;· {dateTime(record.anchoredAt)}
                  </ListItem>
                )}
              </List>
            </>
          );
        }}
      </Ready>
    </Card>
  );
}
