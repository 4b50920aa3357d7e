import { useTranslation } from "react-i18next";
import type { RecordView } from "../chain/views";
import { bytes, dateTime } from "../i18n";
import { contentCid } from "../sealing/dag";
import { fromHex } from "../sealing/encoding";
import { Facts } from "../ui/basics";

/** What the chain holds of a record, for those who look. */
export function Proof({ record }: { record: RecordView }) {
  const { t } = useTranslation();
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
    </details>
  );
}
