import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordView } from "../chain/views";
import { bytes, dateTime } from "../i18n";
import { explained } from "../i18n/failure";
import { contentCid } from "../sealing/dag";
import { fromHex } from "../sealing/encoding";
import { useConnection } from "../session/Connection";
import { useAccount } from "../session/Session";
import { Button, Facts, Notice, Row } from "../ui/basics";
import { save } from "../ui/save";

type Checked =
  | { readonly type: "idle" | "checking" | "holds" }
  | { readonly type: "failed"; readonly reason: string };

/** What the chain holds of a record, for those who look: checked in this browser, and saved to be checked elsewhere. */
export function Proof({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const { reads } = useConnection();
  const [checked, setChecked] = useState<Checked>({ type: "idle" });
  const check = async () => {
    setChecked({ type: "checking" });
    try {
      await acts.checkRecord(record);
      setChecked({ type: "holds" });
    } catch (error) {
      setChecked({ type: "failed", reason: explained(error).reason });
    }
  };
  const keep = async () => {
    try {
      const proof = await reads.recordProof(record.id);
      if (proof === null) {
        setChecked({ type: "failed", reason: t("proof.none") });
        return;
      }
      save(JSON.stringify(proof, null, 2), `record-${record.id}-proof.json`, "application/json");
    } catch (error) {
      setChecked({ type: "failed", reason: explained(error).reason });
    }
  };
  return (
    <details>
      <summary>{t("proof.summary")}</summary>
      <Facts
        facts={[
          [t("proof.record"), String(record.id)],
          [t("proof.anchored"), dateTime(record.anchoredAt)],
          [t("proof.cid"), <code key="cid">{contentCid(fromHex(record.content))}</code>],
          [t("proof.size"), bytes(record.size)],
          [t("proof.envelope"), <code key="envelope">{record.envelope}</code>],
          ...(record.supersedes === null ? [] : [[t("proof.supersedes"), `#${record.supersedes}`] as const]),
          ...(record.supersededBy === null ? [] : [[t("proof.supersededBy"), `#${record.supersededBy}`] as const]),
        ]}
      />
      <Row>
        <Button small isDisabled={checked.type === "checking"} onPress={() => void check()}>
          {t(checked.type === "checking" ? "proof.checking" : "proof.check")}
        </Button>
        <Button small onPress={() => void keep()}>
          {t("proof.save")}
        </Button>
      </Row>
      {checked.type === "holds" ? <Notice tone="good" title={t("proof.holds")} /> : null}
      {checked.type === "failed" ? <Notice tone="bad" title={checked.reason} /> : null}
    </details>
  );
}
