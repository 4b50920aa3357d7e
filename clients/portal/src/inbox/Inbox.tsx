import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccessRequest, RecordView } from "../chain/views";
import { dateTime, standalone } from "../i18n";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Checkbox, Columns, Empty, PageHead, Row, Stack } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { useInbox } from "./arrivals";

const HOUR = 3_600_000;
const DURATIONS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR } as const;
type Duration = keyof typeof DURATIONS;
const OPENINGS_MAX = 1_000;

export function Inbox() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead title={t("inbox.title")} intro={t("inbox.intro")} />
      <Requests patient={me.id} />
    </>
  );
}

/** The requests that wait for a patient, to be answered by the patient or in its name. */
export function Requests({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const inbox = useInbox(patient);
  const records = useLive(`records ${patient}`, (reads) => reads.records(patient));
  return (
    <Ready of={inbox}>
      {(requests) =>
        requests.length === 0 ? (
          <Empty title={t("inbox.none")}>{t("inbox.noneHint")}</Empty>
        ) : (
          <Stack>
            {requests.map((request) => (
              <Request key={request.id} request={request} records={records.type === "ready" ? records.value : []} />
            ))}
          </Stack>
        )
      }
    </Ready>
  );
}

function Request({ request, records }: { request: AccessRequest; records: readonly RecordView[] }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const [duration, setDuration] = useState<Duration>("week");
  const [openings, setOpenings] = useState("1");
  const asked = request.records.flatMap((id) => records.filter((record) => record.id === id));
  const granted = asked.filter((record) => record.status !== "erased" && !left.has(record.id));
  const count = Math.min(OPENINGS_MAX, Math.max(1, Number.parseInt(openings, 10) || 1));

  const grant = () =>
    act({
      title: t("inbox.grantTitle"),
      recorded: t("inbox.grantRecorded", {
        count: granted.length,
        openings: count,
        duration: t(`duration.${duration}`),
      }),
      stays: t("inbox.grantStays"),
      confirm: t("inbox.grant"),
      done: t("inbox.grantDone"),
      run: (report) => acts.grant(me, request, granted, DURATIONS[duration], count, report),
    });

  const deny = () =>
    act({
      title: t("inbox.denyTitle"),
      recorded: t("inbox.denyRecorded"),
      stays: t("inbox.denyStays"),
      confirm: t("inbox.deny"),
      done: t("inbox.denyDone"),
      run: (report) => acts.deny(request.id, report),
    });

  return (
    <Card title={<Named id={request.requester} />}>
      <p>
        <strong>{t(`purpose.${request.purpose}`)}.</strong> {t(`purposeMeaning.${request.purpose}`)}
      </p>
      <p>
        {t("inbox.asked", { when: dateTime(request.requestedAt) })}{" "}
        {t("inbox.waits", { until: dateTime(request.expiresAt) })}
      </p>
      <Stack gap="tight">
        {asked.map((record) => (
          <Checkbox
            key={record.id}
            isSelected={record.status !== "erased" && !left.has(record.id)}
            isDisabled={record.status === "erased"}
            onChange={(on) => {
              const next = new Set(left);
              if (on) {
                next.delete(record.id);
              } else {
                next.add(record.id);
              }
              setLeft(next);
            }}
          >
            {t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}&nbsp;· {t("records.by")}{" "}
            <Named id={record.author} />&nbsp;· {dateTime(record.anchoredAt)}
            {record.status === "erased" ? <>&nbsp;· {t("recordStatus.erased")}</> : null}
          </Checkbox>
        ))}
      </Stack>
      <Columns>
        <Choice
          label={t("inbox.duration")}
          value={duration}
          onChange={setDuration}
          options={(["hour", "day", "week", "month"] as const).map((value) => ({
            value,
            label: standalone(t(`duration.${value}`)),
          }))}
        />
        <PlainField
          label={t("inbox.openings")}
          value={openings}
          onChange={setOpenings}
          type="number"
          min="1"
          hint={t("inbox.openingsHint")}
        />
      </Columns>
      <Row justify="end">
        <Button onPress={() => void deny()}>{t("inbox.deny")}</Button>
        <Button look="primary" isDisabled={granted.length === 0} onPress={() => void grant()}>
          {t("inbox.grant")}
        </Button>
      </Row>
    </Card>
  );
}
