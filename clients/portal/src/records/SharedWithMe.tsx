import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Grant, RecordView } from "../chain/views";
import { dateTime } from "../i18n";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Columns, Empty, PageHead } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { Fills } from "./Fills";
import { readableKinds } from "./kinds";
import { Named } from "./Named";
import { Reader, useNow } from "./Reader";
import { standingOf } from "./standing";
import { Ready, RecordBadge, RecordFacts } from "./states";

export interface Held {
  readonly grant: Grant;
  readonly record: RecordView;
}

/** Every grant that the signed-in professional holds. */
export function useHeld() {
  const me = useMember();
  return useLive<readonly Held[]>(`held ${me.id}`, async (reads) => {
    const grants = await reads.grantsOfReader(me.id);
    const held = await Promise.all(grants.map(async (grant) => ({ grant, record: await reads.record(grant.record) })));
    return held.flatMap(({ grant, record }) => (record === null ? [] : [{ grant, record }]));
  });
}

/** What patients, and doctors for their patients, have shared with us. */
export function SharedWithMe() {
  const { t } = useTranslation();
  const { role } = useMember();
  const title = t(role === "doctor" ? "nav.sharedWithMe" : "shared.title");
  const held = useHeld();
  const [patient, setPatient] = useState("");
  const [kind, setKind] = useState<"all" | "report" | "prescription" | "profile">("all");
  const now = useNow();
  return (
    <>
      <PageHead title={title} intro={t("shared.intro")} />
      <Columns>
        <PlainField label={t("shared.patient")} value={patient} onChange={setPatient} type="search" />
        <Choice
          label={t("shared.kind")}
          value={kind}
          onChange={setKind}
          options={(["all", ...readableKinds(role)] as const).map((value) => ({
            value,
            label: value === "all" ? t("shared.all") : t(`kind.${value}`),
          }))}
        />
      </Columns>
      <Ready of={held}>
        {(all) => {
          const shown = all.filter(
            ({ record }) =>
              (kind === "all" || record.kind === kind) &&
              (patient.trim() === "" || String(record.patient) === patient.trim()),
          );
          return shown.length === 0 ? (
            all.length === 0 ? (
              <Empty title={t("shared.none")}>{t("shared.noneHint")}</Empty>
            ) : (
              <Empty title={t("records.noMatch")} />
            )
          ) : (
            <List items={shown} keyOf={({ record }) => record.id} label={title}>
              {({ grant, record }) => (
                <ListItem
                  title={t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}
                  actions={
                    <>
                      {record.status === "current" ? null : <RecordBadge status={record.status} />}
                      <GrantBadge grant={grant} record={record} now={now} />
                      <ViewHeld record={record} />
                    </>
                  }
                >
                  <Named id={record.patient} />&nbsp;· {t("records.by")} <Named id={record.author} />&nbsp;·{" "}
                  {dateTime(record.anchoredAt)}
                  <RecordFacts record={record} />
                </ListItem>
              )}
            </List>
          );
        }}
      </Ready>
    </>
  );
}

/** What a grant is worth now. Of an erased record nothing is left to say. */
export function GrantBadge({ grant, record, now }: Held & { now: number }) {
  const { t } = useTranslation();
  const standing = standingOf(grant, record, now);
  switch (standing) {
    case "erased":
      return null;
    case "open":
      return <Badge tone="info">{t("shared.open")}</Badge>;
    case "left":
      return <Badge tone="good">{t("shared.openings", { count: grant.openingsLeft })}</Badge>;
    default:
      return <Badge tone="plain">{t(`shared.${standing}`)}</Badge>;
  }
}

/** Leads to a record that we hold a grant for; an erased one has nothing to view. */
export function ViewHeld({ record }: Pick<Held, "record">) {
  const { t } = useTranslation();
  return record.status === "erased" ? null : (
    <ButtonLink small look="primary" to={`/shared/${record.id}`}>
      {t("records.view")}
    </ButtonLink>
  );
}

/** One shared record, with its window. */
export function SharedRecord() {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const id = Number(useParams().id);
  const me = useMember();
  const held = useLive<Held | null>(`shared ${id} ${me.id}`, async (reads) => {
    const [grant, record] = await Promise.all([reads.grant(id, me.id), reads.record(id)]);
    return grant === null || record === null ? null : { grant, record };
  });
  return (
    <Ready of={held}>
      {(found) =>
        found === null ? (
          <Empty title={t("shared.gone")}>{t("shared.goneHint")}</Empty>
        ) : (
          <>
            <PageHead
              title={t("records.item", { kind: t(`kind.${found.record.kind}`), id })}
              intro={t("shared.for", {
                purpose: t(`purpose.${found.grant.purpose}`),
                until: dateTime(found.grant.expiresAt),
              })}
            >
              {found.record.status === "current" ? null : <RecordBadge status={found.record.status} />}
              <Button
                onPress={() =>
                  void act({
                    title: t("shared.relinquishTitle"),
                    recorded: t("shared.relinquishRecorded"),
                    stays: t("shared.relinquishStays"),
                    confirm: t("shared.relinquish"),
                    done: t("shared.relinquishDone"),
                    run: (report) => acts.relinquish(id, report),
                  })
                }
              >
                {t("shared.relinquish")}
              </Button>
            </PageHead>
            <Reader record={found.record} grant={found.grant} />
            <Fills record={found.record} />
          </>
        )
      }
    </Ready>
  );
}
