import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import type { RecordKind } from "../chain/views";
import { bytes, dateTime } from "../i18n";
import { Fills } from "../records/Fills";
import { Named } from "../records/Named";
import { Reader } from "../records/Reader";
import { Ready, RecordBadge, RecordFacts } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, ButtonLink, Card, Columns, Empty, Facts, PageHead, Row } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { Dispute } from "./Dispute";
import { GrantList } from "./Grants";
import { LogList } from "./ReadLog";

/** A patient's records. */
export function PatientRecordList() {
  const { t } = useTranslation();
  const me = useMember();
  const records = useLive(`records ${me.id}`, (reads) => reads.records(me.id));
  const [kind, setKind] = useState<RecordKind | "all">("all");
  const [from, setFrom] = useState("");
  return (
    <>
      <PageHead title={t("records.title")} intro={t("records.intro")}>
        <ButtonLink to="/links/new">{t("links.make")}</ButtonLink>
      </PageHead>
      <Columns>
        <Choice
          label={t("shared.kind")}
          value={kind}
          onChange={setKind}
          options={(["all", "report", "prescription", "profile"] as const).map((value) => ({
            value,
            label: value === "all" ? t("shared.all") : t(`kind.${value}`),
          }))}
        />
        <PlainField label={t("request.from")} value={from} onChange={setFrom} type="date" />
      </Columns>
      <Ready of={records}>
        {(all) => {
          const shown = all
            .filter(
              (one) => (kind === "all" || one.kind === kind) && (from === "" || one.anchoredAt >= Date.parse(from)),
            )
            .toSorted((a, b) => b.id - a.id);
          return shown.length === 0 ? (
            all.length === 0 ? (
              <Empty title={t("records.none")}>{t("records.noneHint")}</Empty>
            ) : (
              <Empty title={t("records.noMatch")} />
            )
          ) : (
            <List items={shown} keyOf={(one) => one.id} label={t("records.title")}>
              {(one) => (
                <ListItem
                  title={t("records.item", { kind: t(`kind.${one.kind}`), id: one.id })}
                  actions={
                    <>
                      <RecordBadge status={one.status} />
                      <ButtonLink small look="primary" to={`/records/${one.id}`}>
                        {t("records.view")}
                      </ButtonLink>
                    </>
                  }
                >
                  {t("records.by")} <Named id={one.author} />&nbsp;· {dateTime(one.anchoredAt)}&nbsp;· {bytes(one.size)}
                  <RecordFacts record={one} />
                </ListItem>
              )}
            </List>
          );
        }}
      </Ready>
    </>
  );
}

/** One record of the patient's own: reading it, who may, who has, and erasing it. */
export function PatientRecord() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const navigate = useNavigate();
  const record = useLive(`record ${id}`, (reads) => reads.record(id));
  const erase = async () => {
    const done = await act({
      title: t("records.eraseTitle", { id }),
      recorded: t("records.eraseRecorded"),
      stays: t("records.eraseStays"),
      confirm: t("records.erase"),
      danger: true,
      done: t("records.eraseDone"),
      run: (report) => acts.erase(id, report),
    });
    if (done) {
      void navigate("/records");
    }
  };
  return (
    <Ready of={record}>
      {(one) =>
        one === null || one.patient !== me.id ? (
          <Empty title={t("records.unknown", { id })} />
        ) : (
          <>
            <PageHead title={t("records.item", { kind: t(`kind.${one.kind}`), id })}>
              <RecordBadge status={one.status} />
              {one.status === "current" || one.status === "superseded" ? (
                <ButtonLink to={`/links/new?records=${id}`}>{t("links.make")}</ButtonLink>
              ) : null}
            </PageHead>
            <Reader record={one} grant={null} />
            <Card title={t("records.about")}>
              <Facts
                facts={[
                  [t("records.author"), <Named key="author" id={one.author} />],
                  [t("proof.anchored"), dateTime(one.anchoredAt)],
                  [t("proof.size"), bytes(one.size)],
                  ...(one.retraction === null
                    ? []
                    : [[t("recordStatus.entered-in-error"), t(`retraction.${one.retraction}`)] as const]),
                ]}
              />
            </Card>
            <Fills record={one} />
            {one.status === "erased" ? null : <GrantList patient={me.id} record={id} />}
            <Card title={t("log.title")}>
              <LogList of={{ record: id }} />
            </Card>
            {one.author === me.id || one.status === "erased" ? null : <Dispute record={one} />}
            {one.status === "erased" ? null : (
              <Card title={t("records.erase")}>
                <p>{t("records.eraseMeaning")}</p>
                <Row>
                  <Button look="danger" onPress={() => void erase()}>
                    {t("records.erase")}
                  </Button>
                </Row>
              </Card>
            )}
          </>
        )
      }
    </Ready>
  );
}
