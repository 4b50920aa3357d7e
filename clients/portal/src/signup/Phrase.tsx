import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Card, Checkbox, Notice, Row } from "../ui/basics";
import styles from "../ui/ui.module.css";

export function Phrase({ phrase, label }: { phrase: string; label: string }) {
  return (
    <ol className={styles.phrase} aria-label={label} translate="no">
      {phrase.split(" ").map((word, index) => (
        <li key={index}>{word}</li>
      ))}
    </ol>
  );
}

/** Shows the words once, and goes on when they are written down. */
export function ShowPhrase({ phrase, onDone }: { phrase: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [written, setWritten] = useState(false);
  return (
    <Card title={t("signup.phraseTitle")}>
      <Notice tone="warn" title={t("signup.phraseWarning")}>
        {t("signup.phraseText")}
      </Notice>
      <Phrase phrase={phrase} label={t("signup.phraseTitle")} />
      <Checkbox isSelected={written} onChange={setWritten}>
        {t("signup.phraseWritten")}
      </Checkbox>
      <Row justify="end">
        <Button look="primary" isDisabled={!written} onPress={onDone}>
          {t("common.next")}
        </Button>
      </Row>
    </Card>
  );
}
