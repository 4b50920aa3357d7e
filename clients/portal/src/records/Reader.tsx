import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Opened } from "../chain/acts";
import type { Described } from "../chain/description";
import type { Grant, RecordView } from "../chain/views";
import { bytes } from "../i18n";
import { explained } from "../i18n/failure";
import { KeyringError } from "../keyring/keyring";
import { useDispute } from "../patient/Dispute";
import { Proof } from "../proof/Proof";
import { useAccount, useActor } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, Card, Facts, Notice, Progress, Row } from "../ui/basics";
import { Preview } from "../ui/Preview";

type Reading =
  | { readonly type: "shut" }
  | {
      readonly type: "working";
      readonly step: "fetching" | "decrypting";
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "open"; readonly opened: Opened }
  | { readonly type: "failed"; readonly reason: string; readonly undecryptable: boolean };

/** What says that a document cannot be decrypted, rather than that something else went wrong. */
const UNDECRYPTABLE: readonly string[] = ["UnopenedError", "ContentError", "EnvelopeError", "CommitteeError"];

/**
 * One record: its owner and, for a certificate, an administrator open it at will; a reader by an opening of a grant,
 * which is logged, within whose window it can be read.
 */
export function Reader({
  record,
  grant,
  emergency = false,
}: {
  record: RecordView;
  grant: Grant | null;
  /** Within the window of a doctor's emergency opening. */
  emergency?: boolean;
}) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const actor = useActor();
  const act = useAct();
  const [reading, setReading] = useState<Reading>({ type: "shut" });
  const now = useNow();
  const dispute = useDispute();
  /** Whether another wrote it about whoever is signed in. */
  const mine = actor.type === "member" && record.patient === actor.member.id && record.author !== actor.member.id;
  const atWill = grant === null;
  const closesAt = grant?.windowClosesAt ?? null;
  const erased = record.status === "erased";
  const windowOpen = closesAt !== null && closesAt > now && !erased;
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  // The window that we have just opened may be read before its news arrives: only one that was seen can end.
  const seen = useRef(false);
  if (windowOpen) {
    seen.current = true;
  }
  const shutNow = reading.type === "open" && (erased || (!atWill && seen.current && !windowOpen));
  useEffect(() => {
    if (shutNow) {
      seen.current = false;
      setReading({ type: "shut" });
    }
  }, [shutNow]);

  const read = async () => {
    controller.current = new AbortController();
    setReading({ type: "working", step: "fetching", done: 0, total: 1 });
    try {
      const opened = await acts.readRecord(
        record,
        actor,
        (state) => {
          if (state.type === "preparing" && (state.step === "fetching" || state.step === "decrypting")) {
            setReading({ type: "working", step: state.step, done: state.done, total: state.total });
          }
        },
        controller.current.signal,
        emergency,
      );
      setReading({ type: "open", opened });
    } catch (error) {
      const undecryptable = error instanceof KeyringError && UNDECRYPTABLE.includes(error.kind);
      setReading({ type: "failed", reason: explained(error).reason, undecryptable });
    }
  };

  const open = async () => {
    const done = await act({
      title: t("reader.openTitle"),
      recorded: t("reader.openRecorded", { purpose: t(`purpose.${grant?.purpose ?? "TREAT"}`) }),
      stays: t("reader.openStays"),
      confirm: t("reader.open"),
      done: t("reader.openDone"),
      run: (report) => acts.open(record.id, report),
    });
    if (done) {
      await read();
    }
  };

  const close = async () => {
    const done = await act({
      title: t("reader.closeTitle"),
      recorded: t("reader.closeRecorded"),
      stays: t("reader.closeStays"),
      confirm: t("reader.close"),
      done: t("reader.closeDone"),
      run: (report) => acts.close(record.id, report),
    });
    if (done) {
      setReading({ type: "shut" });
    }
  };

  return (
    <Card title={record.kind === "certificate" || record.kind === "profile" ? t(`kind.${record.kind}`) : t("reader.title")}>
      {record.status === "entered-in-error" ? (
        <Notice tone="bad" title={t("reader.inError")}>
          {record.retraction === null ? null : t(`retraction.${record.retraction}`)}
        </Notice>
      ) : null}
      {record.dispute === null || mine ? null : (
        <Notice tone="warn" title={t("dispute.theirs", { reason: t(`disputeReason.${record.dispute}`) })} />
      )}
      {record.supersededBy === null ? null : (
        <Notice tone="warn" title={t("reader.superseded", { id: record.supersededBy })} />
      )}
      {windowOpen ? (
        <Row>
          <Badge tone="info">{t("reader.timeLeft", { left: left(closesAt - now) })}</Badge>
          <Button small onPress={() => void close()}>
            {t("reader.close")}
          </Button>
        </Row>
      ) : null}
      {reading.type === "shut" || reading.type === "failed" ? (
        <>
          {reading.type === "failed" ? (
            <Notice tone="bad" title={t("reader.failed")}>
              <p>{reading.reason}</p>
              {mine && reading.undecryptable && record.dispute === null ? (
                <Button small onPress={() => void dispute(record, "undecryptable")}>
                  {t("dispute.cannotOpen")}
                </Button>
              ) : null}
            </Notice>
          ) : null}
          {erased ? (
            <Notice tone="info" title={t("reader.erased")} />
          ) : atWill || windowOpen ? (
            <Row>
              <Button look="primary" onPress={() => void read()}>
                {t("reader.read")}
              </Button>
            </Row>
          ) : (
            <>
              <p>
                {grant === null ? null : t("reader.openingsLeft", { count: grant.openingsLeft })} {t("reader.logged")}
              </p>
              <Row>
                <Button
                  look="primary"
                  isDisabled={grant === null || grant.openingsLeft === 0 || grant.expiresAt <= now}
                  onPress={() => void open()}
                >
                  {t("reader.open")}
                </Button>
              </Row>
            </>
          )}
        </>
      ) : null}
      {reading.type === "working" ? (
        <>
          <Progress label={t(`step.${reading.step}`)} done={reading.done} total={reading.total} />
          <Row>
            <Button small onPress={() => controller.current?.abort()}>
              {t("act.stop")}
            </Button>
          </Row>
        </>
      ) : null}
      {reading.type === "open" ? <Shown opened={reading.opened} record={record} /> : null}
      <Proof record={record} />
    </Card>
  );
}

function Shown({ opened, record }: { opened: Opened; record: RecordView }) {
  const { t } = useTranslation();
  const { described, document, distrusted } = opened;
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(document);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [document]);
  if (described.type === "profile") {
    return <ProfileFacts profile={described} />;
  }
  const fileName = described.fileName === "" ? `record-${record.id}` : described.fileName;
  return (
    <>
      <Facts
        facts={[
          [t("document.title"), described.title],
          [t("document.fileName"), fileName],
          [t("document.size"), bytes(document.size)],
          ...(described.clinicalDate === "" ? [] : [[t("document.date"), described.clinicalDate] as const]),
          ...(described.note === "" ? [] : [[t("document.note"), described.note] as const]),
        ]}
      />
      {distrusted.length === 0 ? null : (
        <Notice tone="warn" title={t("document.distrusted", { numbers: distrusted.join(", ") })}>
          {t("document.distrustedHint")}
        </Notice>
      )}
      <Row>
        <a href={url} download={fileName}>
          {t("document.download", { name: fileName })}
        </a>
      </Row>
      <Preview
        document={document}
        mediaType={described.mediaType}
        words={{
          title: t("document.preview", { title: described.title }),
          loading: t("common.loading"),
          none: t("document.noPreview"),
          damaged: t("document.damaged"),
          source: t("document.source"),
          page: (page) => t("document.page", { page }),
        }}
      />
    </>
  );
}

export function ProfileFacts({ profile }: { profile: Extract<Described, { type: "profile" }> }) {
  const { t } = useTranslation();
  return (
    <Facts
      facts={[
        [t("profile.name"), profile.name],
        [t("profile.email"), profile.email],
        [t("profile.bloodGroup"), profile.bloodGroup],
        [t("profile.address"), profile.address],
      ]}
    />
  );
}

/** The time, every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function left(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
