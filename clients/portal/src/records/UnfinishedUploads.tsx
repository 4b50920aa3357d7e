import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { bytes, dateTime } from "../i18n";
import { type StoredUpload, uploads } from "../keyring/database";
import { useAccount } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Stack } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** Uploads that were stopped, by us or by a closed tab: their ciphertext waits in this browser. */
export function UnfinishedUploads() {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [waiting, setWaiting] = useState<readonly StoredUpload[]>([]);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let ended = false;
    const look = () =>
      void acts.unfinished().then(
        (found) => !ended && setWaiting(found),
        // The node is away: what waits is shown once it is back.
        () => undefined,
      );
    look();
    const timer = setInterval(look, 3_000);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [acts, turn]);
  if (waiting.length === 0) {
    return null;
  }
  const promised = ({ purpose: { kind, patient } }: StoredUpload) => {
    switch (kind) {
      case "profile":
        return { recorded: t("profile.saveRecorded"), stays: t("signup.staysPatient") };
      case "certificate":
        return { recorded: t("standing.replaceRecorded"), stays: t("signup.staysProfessional") };
      default:
        return { recorded: t("upload.recorded", { kind: t(`kind.${kind}`), patient }), stays: t("upload.stays") };
    }
  };
  const resume = (upload: StoredUpload) =>
    act({
      title: t("upload.resumeTitle"),
      ...promised(upload),
      confirm: t("upload.resume"),
      done: t("upload.done"),
      stoppable: true,
      run: (report, signal) => acts.storeAndAnchor(upload, report, signal),
    }).then(() => setTurn((now) => now + 1));
  return (
    <Stack>
      <h2>{t("upload.unfinished")}</h2>
      <List items={waiting} keyOf={(upload) => upload.id} label={t("upload.unfinished")}>
        {(upload) => (
          <ListItem
            title={
              upload.purpose.kind === "profile" || upload.purpose.kind === "certificate"
                ? t(`kind.${upload.purpose.kind}`)
                : t("upload.unfinishedItem", {
                    kind: t(`kind.${upload.purpose.kind}`),
                    patient: upload.purpose.patient,
                  })
            }
            actions={
              <>
                <Button small look="primary" onPress={() => void resume(upload)}>
                  {t("upload.resume")}
                </Button>
                <Button small onPress={() => void uploads.remove(upload.id).then(() => setTurn((now) => now + 1))}>
                  {t("upload.discard")}
                </Button>
              </>
            }
          >
            {bytes(upload.size)}&nbsp;· {dateTime(upload.createdAt)}
          </ListItem>
        )}
      </List>
    </Stack>
  );
}
