import { useState } from "react";
import { DropZone, FileTrigger, Text } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { documentReference } from "../chain/description";
import type { RecordView } from "../chain/views";
import { bytes, dayEnd, dayText } from "../i18n";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Columns, Notice, Row } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import styles from "../ui/ui.module.css";

const FILLS_MAX = 24;
const DAY = 86_400_000;
/** How long a prescription is valid unless its author says otherwise, and at most. */
const VALIDITY = 90 * DAY;
const VALIDITY_MAX = 366 * DAY;

/** Picks a file by dialog or by drag and drop. */
export function FileDrop({ file, onFile, hint }: { file: File | null; onFile: (file: File) => void; hint: string }) {
  const { t } = useTranslation();
  return (
    <DropZone
      className={styles.drop ?? ""}
      onDrop={(event) => {
        const dropped = event.items.find((item) => item.kind === "file");
        if (dropped?.kind === "file") {
          void dropped.getFile().then(onFile);
        }
      }}
    >
      <Text slot="label">
        {file === null ? t("upload.drop") : t("upload.chosen", { name: file.name, size: bytes(file.size) })}
      </Text>
      <FileTrigger
        onSelect={(list) => {
          const chosen = list?.item(0);
          if (chosen !== null && chosen !== undefined) {
            onFile(chosen);
          }
        }}
      >
        <Button>{file === null ? t("upload.choose") : t("upload.chooseOther")}</Button>
      </FileTrigger>
      <span className={styles.hint}>{hint}</span>
    </DropZone>
  );
}

/** Writes a report or prescription for a patient, or amends one. */
export function UploadForm({ patient, amends }: { patient: number; amends: RecordView | null }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [file, setFile] = useState<File | null>(null);
  const [kind, setKind] = useState<"report" | "prescription">(
    amends?.kind === "prescription" ? "prescription" : "report",
  );
  const [title, setTitle] = useState("");
  const [day, setDay] = useState("");
  const [note, setNote] = useState("");
  const [fills, setFills] = useState("1");
  const [until, setUntil] = useState(() => dayText(Date.now() + VALIDITY));
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    if (file === null) {
      setMissing(true);
      return;
    }
    setMissing(false);
    const validUntil = kind === "prescription" ? validity(until) : null;
    const count = kind === "prescription" ? Math.min(FILLS_MAX, Math.max(1, Number.parseInt(fills, 10) || 1)) : 0;
    const done = await act({
      title: amends === null ? t("upload.title") : t("upload.amendTitle", { id: amends.id }),
      recorded: t("upload.recorded", { kind: t(`kind.${kind}`), patient }),
      stays: t("upload.stays"),
      confirm: t("upload.confirm"),
      done: t("upload.done"),
      stoppable: true,
      run: async (report, signal) => {
        const upload = await acts.prepare(
          me,
          { patient, kind, fills: count, validUntil, amends: amends?.id ?? null },
          file,
          documentReference(
            { title, fileName: file.name, mediaType: mediaType(file), clinicalDate: day, note },
            kind,
            me.id,
            patient,
          ),
          report,
          signal,
        );
        return acts.storeAndAnchor(upload, report, signal);
      },
    });
    if (done) {
      setFile(null);
      setTitle("");
      setNote("");
      setDay("");
    }
  };

  return (
    <Card title={amends === null ? t("upload.title") : t("upload.amendTitle", { id: amends.id })}>
      <FileDrop file={file} onFile={setFile} hint={t("upload.hint")} />
      {missing && file === null ? <Notice tone="bad" title={t("upload.noFile")} /> : null}
      {amends === null ? (
        <Choice
          label={t("upload.kind")}
          value={kind}
          onChange={setKind}
          options={[
            { value: "report", label: t("kind.report") },
            { value: "prescription", label: t("kind.prescription") },
          ]}
        />
      ) : null}
      <PlainField label={t("upload.docTitle")} value={title} onChange={setTitle} hint={t("upload.docTitleHint")} />
      <PlainField label={t("upload.day")} value={day} onChange={setDay} type="date" />
      {kind === "prescription" ? (
        <Columns>
          <PlainField
            label={t("upload.fills")}
            value={fills}
            onChange={setFills}
            type="number"
            min="1"
            hint={t("upload.fillsHint")}
          />
          <PlainField
            label={t("upload.validUntil")}
            value={until}
            onChange={setUntil}
            type="date"
            min={dayText(Date.now())}
            hint={t("upload.validUntilHint")}
          />
        </Columns>
      ) : null}
      <PlainField label={t("upload.note")} value={note} onChange={setNote} multiline />
      <Row justify="end">
        <Button look="primary" onPress={() => void submit()}>
          {t("upload.submit")}
        </Button>
      </Row>
    </Card>
  );
}

/** The end of a day, within how long a prescription may be valid; the usual validity if it is no day. */
function validity(day: string): number {
  const end = dayEnd(day);
  return Math.min(Number.isNaN(end) ? Date.now() + VALIDITY : end, Date.now() + VALIDITY_MAX - DAY);
}

/** The media type that the browser gives, or one by the name's ending. */
export function mediaType(file: File): string {
  if (/\.(fhir\.)?json$/i.test(file.name)) {
    return "application/fhir+json";
  }
  return file.type === "" ? "application/octet-stream" : file.type;
}
