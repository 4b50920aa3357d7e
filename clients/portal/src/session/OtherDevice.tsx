import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newCode, normalCode, transferText } from "../keyring/transfer";
import { Button, Card, Notice, Row } from "../ui/basics";
import { QrCode } from "../ui/QrCode";
import styles from "../ui/ui.module.css";
import { useAccount } from "./Session";

type Step =
  | { readonly type: "none" }
  | { readonly type: "picture" | "code"; readonly text: string; readonly code: string };

/** Shows the account for another screen to scan; then, apart from it, the code that opens it there. */
export function OtherDevice({ check }: { check: (proceed: () => Promise<void>) => Promise<void> }) {
  const { t } = useTranslation();
  const { name, keyring } = useAccount();
  const [step, setStep] = useState<Step>({ type: "none" });
  const start = () =>
    check(async () => {
      const code = newCode();
      const file = await keyring.run("lock", { name, password: normalCode(code) });
      setStep({ type: "picture", text: transferText(file), code });
    });
  return (
    <Card title={t("transfer.title")}>
      <p>{t("transfer.intro")}</p>
      {step.type === "none" ? (
        <Row>
          <Button onPress={() => void start()}>{t("transfer.start")}</Button>
        </Row>
      ) : null}
      {step.type === "picture" ? (
        <>
          <p>{t("transfer.scan")}</p>
          <QrCode text={step.text} label={t("transfer.picture")} />
          <Row justify="end">
            <Button onPress={() => setStep({ type: "none" })}>{t("common.cancel")}</Button>
            <Button look="primary" onPress={() => setStep({ ...step, type: "code" })}>
              {t("transfer.scanned")}
            </Button>
          </Row>
        </>
      ) : null}
      {step.type === "code" ? (
        <>
          <p>{t("transfer.type")}</p>
          <p className={styles.code} translate="no">
            {step.code}
          </p>
          <Notice tone="warn" title={t("transfer.warning")} />
          <Row justify="end">
            <Button look="primary" onPress={() => setStep({ type: "none" })}>
              {t("transfer.finished")}
            </Button>
          </Row>
        </>
      ) : null}
    </Card>
  );
}
