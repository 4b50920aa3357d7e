import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Role, Status, VettingReason } from "../chain/views";
import { dateTime } from "../i18n";
import { Reader } from "../records/Reader";
import { MemberBadge, Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useSession } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, ButtonLink, Card, Columns, Empty, Facts, Notice, PageHead, Row } from "../ui/basics";
import { Choice } from "../ui/fields";
import { List, ListItem } from "../ui/List";

const PROFESSIONS = ["doctor", "hospital", "pharmacy"] as const;
const REASONS: readonly VettingReason[] = [
  "certificate-unreadable",
  "licence-not-valid",
  "details-disagree",
  "misconduct",
  "own-wish",
];

/** An administrator's first step: without an encryption key it can read no certificate. */
export function KeyNotice() {
  const { t } = useTranslation();
  const { standing } = useSession();
  const { acts } = useAccount();
  const act = useAct();
  if (
    standing.type !== "ready" ||
    standing.value.type !== "administrator" ||
    standing.value.administrator.encryptionKey !== null
  ) {
    return null;
  }
  return (
    <Notice tone="warn" title={t("admin.noKey")}>
      <p>{t("admin.noKeyText")}</p>
      <Button
        look="primary"
        small
        onPress={() =>
          void act({
            title: t("admin.publish"),
            recorded: t("admin.publishRecorded"),
            stays: t("admin.publishStays"),
            confirm: t("admin.publish"),
            done: t("admin.publishDone"),
            run: (report) => acts.publishAdministratorKey(report),
          })
        }
      >
        {t("admin.publish")}
      </Button>
    </Notice>
  );
}

/** Professionals that wait to be verified. */
export function Waiting() {
  const { t } = useTranslation();
  const waiting = useLive("waiting", async (reads) =>
    (await Promise.all(PROFESSIONS.map((role) => reads.members(role, "pending"))))
      .flat()
      .toSorted((a, b) => a.registeredAt - b.registeredAt),
  );
  return (
    <>
      <PageHead title={t("admin.waiting")} intro={t("admin.waitingIntro")} />
      <KeyNotice />
      <Ready of={waiting}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("admin.noneWaiting")}>{t("admin.noneWaitingHint")}</Empty>
          ) : (
            <List items={all} keyOf={(one) => one.id} label={t("admin.waiting")}>
              {(one) => (
                <ListItem
                  title={one.details?.name ?? one.username}
                  actions={
                    <ButtonLink small look="primary" to={`/members/${one.id}`}>
                      {t("admin.examine")}
                    </ButtonLink>
                  }
                >
                  {t(`role.${one.role}`)}&nbsp;· {one.details?.licence}&nbsp;·{" "}
                  {t("admin.since", { when: dateTime(one.registeredAt) })}
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
    </>
  );
}

/** The register, by role and status. */
export function Register() {
  const { t } = useTranslation();
  const [role, setRole] = useState<Role>("doctor");
  const [status, setStatus] = useState<Status>("active");
  const members = useLive(`members ${role} ${status}`, (reads) => reads.members(role, status));
  return (
    <>
      <PageHead title={t("admin.register")} intro={t("admin.registerIntro")} />
      <Columns>
        <Choice
          label={t("finish.role")}
          value={role}
          onChange={setRole}
          options={(["patient", ...PROFESSIONS] as const).map((value) => ({ value, label: t(`role.${value}`) }))}
        />
        <Choice
          label={t("admin.status")}
          value={status}
          onChange={setStatus}
          options={(["pending", "active", "rejected", "suspended"] as const).map((value) => ({
            value,
            label: t(`status.${value}`),
          }))}
        />
      </Columns>
      <Ready of={members}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("admin.noMembers")} />
          ) : (
            <List items={all} keyOf={(one) => one.id} label={t("admin.register")}>
              {(one) => (
                <ListItem
                  title={t("member.named", { name: one.details?.name ?? one.username, id: one.id })}
                  actions={
                    <>
                      <MemberBadge status={one.status} />
                      {one.role === "patient" ? null : (
                        <ButtonLink small to={`/members/${one.id}`}>
                          {t("admin.examine")}
                        </ButtonLink>
                      )}
                    </>
                  }
                >
                  {[one.username, one.details?.licence, one.details?.issuer].filter(Boolean).join("\u00a0· ")}
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
    </>
  );
}

/** One professional: details beside the certificate, and the decision. */
export function Examine() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const { acts } = useAccount();
  const act = useAct();
  const [reason, setReason] = useState<VettingReason>("certificate-unreadable");
  const found = useLive(`examine ${id}`, async (reads) => {
    const member = await reads.member(id);
    return { member, record: member?.ownRecord == null ? null : await reads.record(member.ownRecord) };
  });
  type Verb = "verify" | "reject" | "suspend" | "reinstate";
  type Run = Parameters<typeof act>[0]["run"];
  const runs: Record<Exclude<Verb, "verify">, Run> = {
    reject: (report) => acts.reject(id, reason, report),
    suspend: (report) => acts.suspend(id, reason, report),
    reinstate: (report) => acts.reinstate(id, report),
  };
  const start = (verb: Exclude<Verb, "verify">, name: string) => decide(verb, name, runs[verb]);
  const decide = (verb: Verb, name: string, run: Run) =>
    void act({
      title: t(`vet.${verb}.title`, { name }),
      recorded: t(`vet.${verb}.recorded`, { name, reason: t(`vetting.${reason}`) }),
      stays: t("vet.stays"),
      confirm: t(`vet.${verb}.confirm`),
      danger: verb === "reject" || verb === "suspend",
      done: t(`vet.${verb}.done`, { name }),
      run,
    });
  return (
    <Ready of={found}>
      {({ member, record }) => {
        if (member === null || member.role === "patient") {
          return <Empty title={t("admin.unknown", { id })} />;
        }
        const details = member.details;
        const name = details?.name ?? member.username;
        return (
          <>
            <PageHead title={name} intro={t(`role.${member.role}`)}>
              <MemberBadge status={member.status} />
            </PageHead>
            <KeyNotice />
            <Card title={t("standing.details")}>
              <Facts
                facts={[
                  [t("member.id"), String(member.id)],
                  [t("signup.username"), member.username],
                  [t("details.name"), name],
                  ...(member.role === "doctor"
                    ? [[t("details.speciality"), member.details?.speciality ?? ""] as const]
                    : []),
                  [t("details.licence"), member.details?.licence ?? ""],
                  [t("details.issuer"), member.details?.issuer ?? ""],
                  [t("details.address"), member.details?.address ?? ""],
                ]}
              />
            </Card>
            {record === null ? (
              <Notice tone="warn" title={t("admin.noCertificate")} />
            ) : (
              <Reader record={record} grant={null} />
            )}
            <Card title={t("vet.decide")}>
              {member.status === "pending" || member.status === "active" ? (
                <Choice
                  label={t("vet.reason")}
                  hint={t("vet.reasonHint")}
                  value={reason}
                  onChange={setReason}
                  options={REASONS.map((value) => ({ value, label: t(`vetting.${value}`) }))}
                />
              ) : null}
              <Row justify="end">
                {member.status === "pending" ? (
                  <>
                    <Button look="danger" onPress={() => start("reject", name)}>
                      {t("vet.reject.confirm")}
                    </Button>
                    <Button
                      look="primary"
                      isDisabled={record === null || details === null}
                      onPress={() => {
                        if (record !== null && details !== null) {
                          decide("verify", name, (report) => acts.verify(id, record.id, details, report));
                        }
                      }}
                    >
                      {t("vet.verify.confirm")}
                    </Button>
                  </>
                ) : null}
                {member.status === "active" ? (
                  <Button look="danger" onPress={() => start("suspend", name)}>
                    {t("vet.suspend.confirm")}
                  </Button>
                ) : null}
                {member.status === "suspended" ? (
                  <Button look="primary" onPress={() => start("reinstate", name)}>
                    {t("vet.reinstate.confirm")}
                  </Button>
                ) : null}
                {member.status === "rejected" ? <p>{t("vet.rejected")}</p> : null}
              </Row>
            </Card>
          </>
        );
      }}
    </Ready>
  );
}
