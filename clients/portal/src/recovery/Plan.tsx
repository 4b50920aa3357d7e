import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member, RecoveryPlan } from "../chain/views";
import { dateTime } from "../i18n";
import { MemberField } from "../records/MemberField";
import { ChosenMembers } from "../records/ChosenMembers";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Columns, Empty, Facts, Notice, Row, Stack } from "../ui/basics";
import { Choice } from "../ui/fields";

const DAY = 86_400_000;
const GUARDIANS_MAX = 8;
const WAITS = [1, 3, 7, 30] as const;
type Wait = `${(typeof WAITS)[number]}`;

/** Who can recover the account together if its key is lost; each holds a copy of the encryption secret. */
export function Plan() {
  const { t } = useTranslation();
  const me = useMember();
  const plan = useLive(`recovery ${me.id}`, (reads) => reads.recoveryPlan(me.id));
  const [changing, setChanging] = useState(false);
  return (
    <Card title={t("recovery.title")}>
      <p>{t("recovery.intro")}</p>
      <Ready of={plan}>
        {(held) => (
          <>
            {held === null ? <Empty title={t("recovery.none")} /> : <Laid plan={held} />}
            {changing ? (
              <PlanForm onDone={() => setChanging(false)} />
            ) : (
              <Row>
                <Button onPress={() => setChanging(true)}>{t("recovery.name")}</Button>
              </Row>
            )}
          </>
        )}
      </Ready>
    </Card>
  );
}

function Laid({ plan }: { plan: RecoveryPlan }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const object = () =>
    act({
      title: t("recovery.objectTitle"),
      recorded: t("recovery.objectRecorded"),
      stays: t("recovery.objectStays"),
      confirm: t("recovery.object"),
      danger: true,
      done: t("recovery.objectDone"),
      run: (report) => acts.objectToRecovery(report),
    });
  return (
    <>
      {plan.recoveries.map((recovery) => (
        <Notice
          key={recovery.proposer}
          tone="bad"
          title={t("recovery.underWay", { count: recovery.approvals.length, of: plan.threshold })}
        >
          <p>
            {recovery.readyAt === null
              ? t("recovery.ifNotYou")
              : t("recovery.readyAt", { when: dateTime(recovery.readyAt) })}
          </p>
          <p>
            {t("recovery.proposedBy")} <Named id={recovery.proposer} />&nbsp;· {t("recovery.newAccount")}{" "}
            <code>{recovery.to}</code>
          </p>
        </Notice>
      ))}
      {plan.recoveries.length === 0 ? null : (
        <Row>
          <Button look="danger" onPress={() => void object()}>
            {t("recovery.object")}
          </Button>
        </Row>
      )}
      <Facts
        facts={[
          [
            t("recovery.guardians"),
            plan.guardians.map((one, at) => (
              <span key={one}>
                {at === 0 ? "" : ", "}
                <Named id={one} />
              </span>
            )),
          ],
          [t("recovery.threshold"), String(plan.threshold)],
          [t("recovery.wait"), t("recovery.days", { count: Math.round(plan.wait / DAY) })],
        ]}
      />
    </>
  );
}

function PlanForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [chosen, setChosen] = useState<readonly Member[]>([]);
  const [found, setFound] = useState<Member | null>(null);
  const [threshold, setThreshold] = useState("1");
  const [wait, setWait] = useState<Wait>("7");
  const needed = Math.min(Number(threshold), Math.max(1, chosen.length));
  const name = async () => {
    const done = await act({
      title: t("recovery.name"),
      recorded: t("recovery.nameRecorded", { count: chosen.length, needed, days: Number(wait) }),
      stays: t("recovery.nameStays"),
      confirm: t("recovery.name"),
      done: t("recovery.nameDone"),
      run: (report) =>
        acts.nameGuardians(
          me,
          chosen.map(({ id }) => id),
          needed,
          Number(wait) * DAY,
          report,
        ),
    });
    if (done) {
      onDone();
    }
  };
  return (
    <Stack>
      {chosen.length === 0 ? null : (
        <ChosenMembers chosen={chosen} onChange={setChosen} label={t("recovery.guardians")} />
      )}
      <MemberField
        key={chosen.length}
        label={t("recovery.who")}
        roles={["patient", "doctor", "hospital", "pharmacy"]}
        onMember={setFound}
      />
      <Row>
        <Button
          isDisabled={
            found === null ||
            found.id === me.id ||
            chosen.length >= GUARDIANS_MAX ||
            chosen.some(({ id }) => id === found.id)
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
      <Columns>
        <Choice
          label={t("recovery.threshold")}
          value={String(needed)}
          onChange={setThreshold}
          options={Array.from({ length: Math.max(1, chosen.length) }, (_, at) => ({
            value: String(at + 1),
            label: String(at + 1),
          }))}
        />
        <Choice
          label={t("recovery.wait")}
          value={wait}
          onChange={setWait}
          options={WAITS.map((days) => ({ value: `${days}` as const, label: t("recovery.days", { count: days }) }))}
        />
      </Columns>
      <Row justify="end">
        <Button onPress={onDone}>{t("common.cancel")}</Button>
        <Button look="primary" isDisabled={chosen.length === 0} onPress={() => void name()}>
          {t("recovery.name")}
        </Button>
      </Row>
    </Stack>
  );
}
