import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Grant, Purpose, RecordKind, RecordView } from "../chain/views";
import { dateTime, standalone } from "../i18n";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { actChoice, useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Checkbox, Columns, Empty, Notice, PageHead, Row } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { readableKinds } from "./kinds";
import { Named } from "./Named";
import { useHeld } from "./SharedWithMe";
import { Ready, RecordBadge, RecordFacts } from "./states";
import { UploadForm } from "./Upload";

const PURPOSES: readonly Purpose[] = ["TREAT", "HPAYMT", "HOPERAT", "PATRQT", "PUBHLTH"];
const PER_REQUEST = 32;

/** One patient as a professional sees it: what there is, what is shared, what to ask for. */
export function PatientRecords() {
  const { t } = useTranslation();
  const me = useMember();
  const patient = Number(useParams().id);
  const found = useLive(`patient ${patient}`, async (reads) => {
    const [member, records, care] = await Promise.all([
      reads.member(patient),
      reads.records(patient),
      me.role === "doctor" ? reads.careRelations(me.id) : Promise.resolve([]),
    ]);
    return { member, records, underCare: care.some((relation) => relation.patient === patient) };
  });
  const [amends, setAmends] = useState<RecordView | null>(null);
  return (
    <Ready of={found}>
      {({ member, records, underCare }) =>
        member === null || member.role !== "patient" ? (
          <Empty title={t("patients.unknown", { id: patient })}>{t("patients.unknownHint")}</Empty>
        ) : (
          <>
            <PageHead
              title={t("patients.page", { name: member.username, id: patient })}
              intro={t("patients.pageIntro")}
            >
              {me.role === "doctor" ? (
                <Badge tone={underCare ? "good" : "plain"}>
                  {underCare ? t("patients.underCare") : t("patients.notUnderCare")}
                </Badge>
              ) : null}
            </PageHead>
            <RequestForm patient={patient} records={records} onAmend={setAmends} />
            {me.role === "doctor" && underCare ? (
              <>
                <UploadForm key={amends?.id ?? 0} patient={patient} amends={amends} />
                {amends === null ? null : (
                  <Row justify="end">
                    <Button onPress={() => setAmends(null)}>{t("upload.noAmend")}</Button>
                  </Row>
                )}
                <ShareProfile
                  patient={patient}
                  profile={records.find((record) => record.id === member.ownRecord) ?? null}
                />
              </>
            ) : null}
          </>
        )
      }
    </Ready>
  );
}

function RequestForm({
  patient,
  records,
  onAmend,
}: {
  patient: number;
  records: readonly RecordView[];
  onAmend: (record: RecordView) => void;
}) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const held = useHeld();
  const emergency = useLive(me.role === "doctor" ? `emergency ${patient}` : null, (reads) =>
    reads.emergencyConsent(patient),
  );
  const mayBreakGlass = emergency.type === "ready" && emergency.value !== null;
  const pending = useLive(`asked ${me.id}`, (reads) => reads.requestsBy(me.id));
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [purpose, setPurpose] = useState<Purpose>("TREAT");
  const [kind, setKind] = useState<RecordKind | "all">("all");
  const [author, setAuthor] = useState("");
  const [from, setFrom] = useState("");

  const grants = new Map<number, Grant>(
    held.type === "ready" ? held.value.map(({ grant }) => [grant.record, grant]) : [],
  );
  const asked = new Set(
    pending.type === "ready" ? pending.value.filter((it) => it.patient === patient).flatMap((it) => it.records) : [],
  );
  const kinds = readableKinds(me.role);
  const shown = records.filter(
    (record) =>
      record.status !== "erased" &&
      kinds.some((one) => one === record.kind) &&
      (kind === "all" || record.kind === kind) &&
      (author.trim() === "" || String(record.author) === author.trim()) &&
      (from === "" || record.anchoredAt >= Date.parse(from)),
  );

  const request = async () => {
    const done = await act({
      title: t("request.title"),
      recorded: t("request.recorded", { count: chosen.size, patient, purpose: t(`purpose.${purpose}`) }),
      stays: t("request.stays"),
      confirm: t("request.confirm"),
      done: t("request.done"),
      run: (report) => acts.request(patient, [...chosen], purpose, report),
    });
    if (done) {
      setChosen(new Set());
    }
  };

  const retract = (record: RecordView) => {
    const reason = actChoice(t("records.retractReason"), [
      { value: "clinical-error", label: standalone(t("retraction.clinical-error")) },
      { value: "wrong-patient", label: standalone(t("retraction.wrong-patient")) },
      { value: "wrong-document", label: standalone(t("retraction.wrong-document")) },
      { value: "duplicate", label: standalone(t("retraction.duplicate")) },
    ]);
    return act({
      title: t("records.retractTitle", { id: record.id }),
      recorded: t("records.retractRecorded"),
      stays: t("records.retractStays"),
      confirm: t("records.retract"),
      danger: true,
      choice: reason,
      done: t("records.retractDone"),
      run: (report) => acts.retract(record.id, reason.value, report),
    });
  };

  const cancelFills = (record: RecordView) =>
    act({
      title: t("fills.cancelTitle", { id: record.id }),
      recorded: t("fills.cancelRecorded", { count: record.fillsLeft }),
      stays: t("records.retractStays"),
      confirm: t("fills.cancel"),
      danger: true,
      done: t("fills.cancelDone"),
      run: (report) => acts.cancelFills(record.id, report),
    });

  return (
    <Card title={t("request.heading")}>
      <p>{t("request.explain")}</p>
      <Columns>
        <Choice
          label={t("shared.kind")}
          value={kind}
          onChange={setKind}
          options={(["all", ...kinds] as const).map((value) => ({
            value,
            label: value === "all" ? t("shared.all") : t(`kind.${value}`),
          }))}
        />
        <PlainField label={t("request.author")} value={author} onChange={setAuthor} type="search" />
        <PlainField label={t("request.from")} value={from} onChange={setFrom} type="date" />
      </Columns>
      {shown.length === 0 ? (
        <Empty title={t("request.nothing")} />
      ) : (
        <List items={shown} keyOf={(record) => record.id} label={t("request.heading")}>
          {(record) => {
            const grant = grants.get(record.id);
            return (
              <ListItem
                title={
                  <Checkbox
                    isSelected={chosen.has(record.id)}
                    isDisabled={asked.has(record.id) || record.status === "entered-in-error"}
                    onChange={(on) => {
                      const next = new Set(chosen);
                      if (on && next.size < PER_REQUEST) {
                        next.add(record.id);
                      } else {
                        next.delete(record.id);
                      }
                      setChosen(next);
                    }}
                  >
                    {t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}
                  </Checkbox>
                }
                actions={
                  <>
                    {asked.has(record.id) ? <Badge tone="warn">{t("request.waiting")}</Badge> : null}
                    <RecordBadge status={record.status} />
                    {grant !== undefined ? (
                      <ButtonLink small look="primary" to={`/shared/${record.id}`}>
                        {t("records.view")}
                      </ButtonLink>
                    ) : mayBreakGlass && record.status === "current" ? (
                      <ButtonLink small to={`/emergency/${record.id}`}>
                        {t("breakGlass.link")}
                      </ButtonLink>
                    ) : null}
                    {record.author === me.id && record.status === "current" ? (
                      <>
                        <Button small onPress={() => onAmend(record)}>
                          {t("records.amend")}
                        </Button>
                        {record.fillsLeft > 0 ? (
                          <Button small onPress={() => void cancelFills(record)}>
                            {t("fills.cancel")}
                          </Button>
                        ) : null}
                        <Button small look="danger" onPress={() => void retract(record)}>
                          {t("records.retract")}
                        </Button>
                      </>
                    ) : null}
                  </>
                }
              >
                {t("records.by")} <Named id={record.author} />&nbsp;· {dateTime(record.anchoredAt)}
                <RecordFacts record={record} />
              </ListItem>
            );
          }}
        </List>
      )}
      {me.role === "pharmacy" ? <Notice tone="info" title={t("request.pharmacy")} /> : null}
      <Choice
        label={t("request.purpose")}
        value={purpose}
        onChange={setPurpose}
        hint={t(`purposeMeaning.${purpose}`)}
        options={PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))}
      />
      <Row justify="end">
        <Button look="primary" isDisabled={chosen.size === 0} onPress={() => void request()}>
          {t("request.submit", { count: chosen.size })}
        </Button>
      </Row>
    </Card>
  );
}

function ShareProfile({ patient, profile }: { patient: number; profile: RecordView | null }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const hospitals = useLive("hospitals", (reads) => reads.members("hospital", "active"));
  const grant = useLive(profile === null ? null : `profile grant ${profile.id}`, (reads) =>
    reads.grant(profile?.id ?? 0, me.id),
  );
  const [hospital, setHospital] = useState("");
  const held = grant.type === "ready" ? grant.value : null;
  if (profile === null || hospitals.type !== "ready" || hospitals.value.length === 0) {
    return null;
  }
  const chosen = hospitals.value.find((candidate) => String(candidate.id) === hospital) ?? hospitals.value[0];
  return (
    <Card title={t("share.heading")}>
      <p>{held === null ? t("share.noGrant") : t("share.explain")}</p>
      <Choice
        label={t("share.hospital")}
        value={String(chosen?.id ?? "")}
        onChange={setHospital}
        options={hospitals.value.map((one) => ({
          value: String(one.id),
          label: `${one.details?.name ?? one.username} (${one.id})`,
        }))}
      />
      <Row justify="end">
        <Button
          isDisabled={held === null || chosen === undefined}
          onPress={() => {
            if (held !== null && chosen !== undefined) {
              void act({
                title: t("share.heading"),
                recorded: t("share.recorded", { hospital: chosen.details?.name ?? chosen.username, patient }),
                stays: t("share.stays"),
                confirm: t("share.confirm"),
                done: t("share.done"),
                run: (report) => acts.share(me, patient, chosen.id, profile, held, report),
              });
            }
          }}
        >
          {t("share.confirm")}
        </Button>
      </Row>
    </Card>
  );
}
