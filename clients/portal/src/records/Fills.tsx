import { useTranslation } from "react-i18next";
import type { RecordView } from "../chain/views";
import { date, dateTime } from "../i18n";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Empty, Notice, Row } from "../ui/basics";
import { List, ListItem } from "../ui/List";
import { Named } from "./Named";
import { useNow } from "./Reader";
import { Ready } from "./states";

/** A prescription's fills: which pharmacy dispensed when, what is left; a pharmacy dispenses the next one. */
export function Fills({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const now = useNow();
  const dispensed = useLive(`dispensed ${record.id}`, (reads) => reads.dispensings(record.id));
  if (record.kind !== "prescription" || record.validUntil === null) {
    return null;
  }
  const over = record.validUntil <= now || record.status !== "current";
  const dispense = (fill: number) =>
    act({
      title: t("fills.dispenseTitle", { fill, count: record.fills }),
      recorded: t("fills.dispenseRecorded", { fill }),
      stays: t("fills.dispenseStays"),
      confirm: t("fills.dispenseConfirm"),
      done: t("fills.dispenseDone", { fill }),
      run: (report) => acts.dispense(record.id, fill, report),
    });
  return (
    <Card title={t("fills.heading")}>
      <p>
        {t("fills.left", { left: record.fillsLeft, count: record.fills })},{" "}
        {t("fills.until", { when: date(record.validUntil) })}.
      </p>
      <Ready of={dispensed}>
        {(all) => (
          <>
            {all.length === 0 ? (
              <Empty title={t("fills.none")} />
            ) : (
              <List items={all} keyOf={(one) => one.fill} label={t("fills.heading")}>
                {(one) => (
                  <ListItem title={t("fills.item", { fill: one.fill })}>
                    {t("fills.by")} <Named id={one.pharmacy} />&nbsp;· {dateTime(one.dispensedAt)}
                  </ListItem>
                )}
              </List>
            )}
            {me.role !== "pharmacy" ? null : over ? (
              <Notice tone="warn" title={t("fills.over")} />
            ) : record.fillsLeft === 0 ? (
              <Notice tone="info" title={t("fills.used")} />
            ) : (
              <Row justify="between">
                <span>{t("fills.intro")}</span>
                <Button look="primary" onPress={() => void dispense(all.length + 1)}>
                  {t("fills.dispense", { fill: all.length + 1 })}
                </Button>
              </Row>
            )}
          </>
        )}
      </Ready>
    </Card>
  );
}
