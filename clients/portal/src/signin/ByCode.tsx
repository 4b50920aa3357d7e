import { useState } from "react";
import { useTranslation } from "react-i18next";
import { KeyringError } from "../keyring/keyring";
import { normalCode, transferFile } from "../keyring/transfer";
import type { Bytes } from "../sealing/encoding";
import { Button, Card, Notice, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { QrScanner } from "../ui/QrScanner";
import { KeepFields, useAttempt, useKeeping } from "./attempt";

/** A code that does not open what was scanned. */
class CodeError extends Error {
  constructor() {
    super("the code does not open what was scanned");
    this.name = "CodeError";
  }
}

/** Signing in with what another device shows: the picture first, then the code. */
export function ByCode() {
  const { t } = useTranslation();
  const { attempt, failure, setFailure, busy } = useAttempt();
  const keeping = useKeeping();
  const [file, setFile] = useState<Bytes | null>(null);
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const submit = async (scanned: Bytes) => {
    setTried(true);
    if (!keeping.weak) {
      await attempt(async (keyring) => {
        const { identity, name } = await keyring
          .run("unlock", { file: scanned, password: normalCode(code) })
          .catch((error: unknown) => {
            throw error instanceof KeyringError && error.kind === "PasswordError" ? new CodeError() : error;
          });
        return keeping.finish(keyring, identity, name);
      });
    }
  };
  if (file === null) {
    return (
      <Card title={t("transfer.scanTitle")}>
        <p>{t("transfer.scanIntro")}</p>
        <QrScanner
          words={{
            camera: t("transfer.camera"),
            photo: t("transfer.photo"),
            noCamera: t("transfer.noCamera"),
            nothing: t("transfer.nothing"),
            video: t("transfer.video"),
          }}
          onText={(text) => {
            const found = transferFile(text);
            setFile(found);
            setFailure(found === null ? t("transfer.another") : null);
          }}
        />
        {failure === null ? null : <Notice tone="bad" title={failure} />}
      </Card>
    );
  }
  return (
    <Card title={t("transfer.codeTitle")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(file);
        }}
      >
        <Stack>
          <PlainField
            label={t("transfer.code")}
            value={code}
            onChange={setCode}
            hint={t("transfer.codeHint")}
            autoComplete="off"
          />
          <KeepFields keeping={keeping} failed={tried} />
          {failure === null ? null : <Notice tone="bad" title={failure} />}
          <Row justify="end">
            <Button onPress={() => setFile(null)}>{t("transfer.again")}</Button>
            <Button type="submit" look="primary" isDisabled={busy || normalCode(code) === ""}>
              {busy ? t("signin.opening") : t("signin.submit")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}
