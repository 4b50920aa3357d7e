import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addressOf } from "../chain/address";
import { type Consent, readConsent, readIn } from "../chain/statements";
import type { KeyCopyView, Member, Recovery, RecoveryPlan } from "../chain/views";
import { dateTime } from "../i18n";
import { MemberField } from "../records/MemberField";
import { Named } from "../records/Named";
import { useNow } from "../records/Reader";
import { Ready } from "../records/states";
import { memberName, useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, Card, Notice, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";

/** Helping somebody whose key is lost, as one of those whom it named: proposing, agreeing, carrying out, giving back. */
export function HelpRecover() {
  const { t } = useTranslation();
  const me = useMember();
  const [lost, setLost] = useState<Member | null>(null);
  return (
    <Card title={t("recovery.help")}>
      <p>{t("recovery.helpIntro")}</p>
      <MemberField
        label={t("recovery.lost")}
        roles={["patient", "doctor", "hospital", "pharmacy"]}
        onMember={setLost}
      />
      {lost === null ? null : lost.id === me.id ? (
        <Notice tone="info" title={t("recovery.self")} />
      ) : (
        <Helped key={lost.id} of={lost} />
      )}
    </Card>
  );
}

/** A member whose key may be lost, and what its guardians have done. */
function Helped({ of }: { of: Member }) {
  const { t } = useTranslation();
  const me = useMember();
  const name = memberName(of, of.id);
  const told = useLive(`helped ${of.id} ${me.id}`, async (reads) => {
    const [plan, given] = await Promise.all([reads.recoveryPlan(of.id), reads.ownCopies(of.id)]);
    return { plan, given };
  });
  return (
    <Ready of={told}>
      {({ plan, given }) => {
        if (plan === null || !plan.guardians.includes(me.id)) {
          return <Notice tone="info" title={t("recovery.notNamed", { name })} />;
        }
        const held = plan.copies.find(({ guardian }) => guardian === me.id)?.copy;
        const isBack = given.some(({ giver, ofVersion }) => giver === me.id && ofVersion === held?.ofVersion);
        return (
          <Stack>
            <p>
              {t("recovery.terms", {
                name,
                threshold: plan.threshold,
                count: plan.guardians.length,
                days: t("recovery.days", { count: Math.round(plan.wait / 86_400_000) }),
              })}
            </p>
            {held === undefined || held.ofVersion === of.keyVersion ? null : isBack ? (
              <Notice tone="good" title={t("recovery.isBack", { name })} />
            ) : (
              <GiveBack of={of} held={held} />
            )}
            {plan.recoveries.length === 0 ? null : (
              <List items={plan.recoveries} keyOf={({ proposer }) => proposer} label={t("recovery.proposals")}>
                {(recovery) => <Proposal of={of} plan={plan} recovery={recovery} />}
              </List>
            )}
            {plan.recoveries.some(({ proposer }) => proposer === me.id) ? null : <Propose of={of} />}
          </Stack>
        );
      }}
    </Ready>
  );
}

function GiveBack({ of, held }: { of: Member; held: KeyCopyView }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const name = memberName(of, of.id);
  return (
    <Notice tone="warn" title={t("recovery.holds", { name })}>
      <Button
        small
        look="primary"
        onPress={() =>
          void act({
            title: t("recovery.giveBackTitle", { name }),
            recorded: t("recovery.giveBackRecorded", { name }),
            stays: t("recovery.giveBackStays"),
            confirm: t("recovery.giveBack"),
            done: t("recovery.giveBackDone", { name }),
            run: (report) => acts.returnCopy(of.id, held, report),
          })
        }
      >
        {t("recovery.giveBack")}
      </Button>
    </Notice>
  );
}

/** A recovery that was proposed: agreeing to its address, and carrying it out once the wait is over. */
function Proposal({ of, plan, recovery }: { of: Member; plan: RecoveryPlan; recovery: Recovery }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const now = useNow();
  const [address, setAddress] = useState("");
  const name = memberName(of, of.id);
  const agreed = recovery.approvals.includes(me.id);
  const isSame = address.trim() === recovery.to;
  const agree = () =>
    act({
      title: t("recovery.agreeTitle", { name }),
      recorded: t("recovery.agreeRecorded", { name }),
      stays: t("recovery.actStays"),
      confirm: t("recovery.agree"),
      done: t("recovery.agreeDone"),
      run: (report) => acts.approveRecovery(of.id, recovery, report),
    });
  const complete = () =>
    act({
      title: t("recovery.completeTitle", { name }),
      recorded: t("recovery.completeRecorded", { name }),
      stays: t("recovery.actStays"),
      confirm: t("recovery.complete"),
      done: t("recovery.completeDone", { name }),
      run: (report) => acts.completeRecovery(of.id, recovery.proposer, report),
    });
  const { readyAt } = recovery;
  return (
    <>
      <ListItem
        title={
          <>
            {t("recovery.proposedBy")} <Named id={recovery.proposer} />
          </>
        }
        actions={
          <>
            <Badge tone={readyAt === null ? "plain" : "good"}>
              {t("recovery.agreeing", { count: recovery.approvals.length, of: plan.threshold })}
            </Badge>
            {readyAt === null ? null : (
              <Button small look="primary" isDisabled={now < readyAt} onPress={() => void complete()}>
                {t("recovery.complete")}
              </Button>
            )}
          </>
        }
      >
        {t("recovery.newAccount")} <code>{recovery.to}</code>
        {readyAt === null ? null : <>&nbsp;· {t("recovery.from", { when: dateTime(readyAt) })}</>}
      </ListItem>
      {agreed ? null : (
        <Stack>
          <PlainField
            label={t("recovery.told")}
            value={address}
            onChange={setAddress}
            autoComplete="off"
            hint={t("recovery.toldHint", { name })}
            error={address.trim() === "" || isSame ? undefined : t("recovery.otherAddress")}
          />
          <Row justify="end">
            <Button look="primary" isDisabled={!isSame} onPress={() => void agree()}>
              {t("recovery.agree")}
            </Button>
          </Row>
        </Stack>
      )}
    </>
  );
}

/** Proposes the account that the person has made. */
function Propose({ of }: { of: Member }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [text, setText] = useState("");
  const consent = readIn(text, readConsent);
  const other = consent !== null && consent.member !== of.id;
  const name = memberName(of, of.id);
  const propose = async (from: Consent) => {
    const done = await act({
      title: t("recovery.proposeTitle", { name }),
      recorded: t("recovery.proposeRecorded", { name }),
      stays: t("recovery.actStays"),
      confirm: t("recovery.propose"),
      done: t("recovery.proposeDone"),
      run: (report) => acts.proposeRecovery(from, report),
    });
    if (done) {
      setText("");
    }
  };
  return (
    <Stack>
      <PlainField
        label={t("recovery.text")}
        value={text}
        onChange={setText}
        autoComplete="off"
        hint={t("recovery.textHint", { name })}
        error={
          text.trim() !== "" && consent === null
            ? t("failure.StatementError")
            : other
              ? t("recovery.otherMember", { id: consent.member })
              : undefined
        }
      />
      {consent === null || other ? null : (
        <Notice tone="info" title={t("recovery.newAccount")}>
          <code>{addressOf(consent.account)}</code>
        </Notice>
      )}
      <Row justify="end">
        <Button
          look="primary"
          isDisabled={consent === null || other}
          onPress={() => {
            if (consent !== null) {
              void propose(consent);
            }
          }}
        >
          {t("recovery.propose")}
        </Button>
      </Row>
    </Stack>
  );
}
