import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Reading } from "../chain/views";
import { dateTime } from "../i18n";
import { Named, NamedRecord } from "../records/Named";
import { Ready } from "../records/states";
import { memberName, useConnection, useLive } from "../session/Connection";
import { useMember } from "../session/Session";
import { Button, Columns, Empty, PageHead, Row } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { save } from "../ui/save";
import { logCsv, logFhir, type NamedReading } from "./logExport";

/** Who has seen what, when and why. */
export function ReadLog() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead title={t("log.title")} intro={t("log.intro")} />
      <LogList of={{ patient: me.id }} />
    </>
  );
}

/** The readings of one record, or of all of a patient's. */
export function LogList({ of }: { of: { readonly record: number } | { readonly patient: number } }) {
  const { t } = useTranslation();
  const { name, reads } = useConnection();
  const [reader, setReader] = useState("");
  const [which, setWhich] = useState("");
  const one = "record" in of;
  const log = useLive(`log ${JSON.stringify(of)}`, (reads) => reads.readLog(of));
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map());
  const entries = log.type === "ready" ? log.value : null;
  useEffect(() => {
    let ended = false;
    const readers = [...new Set(entries?.map(({ reader }) => reader) ?? [])];
    const called = async (id: number): Promise<[number, string]> => [id, memberName(await name(id), id).toLowerCase()];
    void Promise.all(readers.map(called)).then(
      (found) => !ended && setNames(new Map(found)),
      // Then they are found by number.
      () => !ended && setNames(new Map()),
    );
    return () => {
      ended = true;
    };
  }, [entries, name]);

  const named = (readings: readonly Reading[]): Promise<readonly NamedReading[]> =>
    Promise.all(readings.map(async (one) => ({ ...one, name: memberName(await name(one.reader), one.reader) })));

  return (
    <Ready of={log}>
      {(all) => {
        const wanted = reader.trim().toLowerCase();
        const shown = all.filter(
          (one) =>
            (wanted === "" || String(one.reader) === wanted || names.get(one.reader)?.includes(wanted) === true) &&
            (which.trim() === "" || String(one.record) === which.trim()),
        );
        return (
          <>
            {one ? null : (
              <Columns>
                <PlainField label={t("log.byReader")} value={reader} onChange={setReader} type="search" />
                <PlainField label={t("log.byRecord")} value={which} onChange={setWhich} type="search" />
              </Columns>
            )}
            {shown.length === 0 ? (
              all.length === 0 ? (
                <Empty title={t("log.none")}>{t("log.noneHint")}</Empty>
              ) : (
                <Empty title={t("log.noMatch")} />
              )
            ) : (
              <>
                <List items={shown} keyOf={(one) => one.id} label={t("log.title")}>
                  {(one) => (
                    <ListItem title={<Named id={one.reader} />}>
                      <NamedRecord id={one.record} />&nbsp;· {t(`purpose.${one.purpose}`)}&nbsp;·{" "}
                      {t(`basis.${one.basis}`)}&nbsp;· {dateTime(one.openedAt)}
                      {one.staff === null ? null : (
                        <>
                          &nbsp;· {t("log.staff")} <code>{one.staff}</code>
                        </>
                      )}
                      {one.emergency == null ? null : (
                        <>
                          &nbsp;· {t(`emergencyReason.${one.emergency.reason}`)}&nbsp;·{" "}
                          {t(`review.found.${one.emergency.outcome ?? "waits"}`)}
                        </>
                      )}
                    </ListItem>
                  )}
                </List>
                <Row>
                  <Button onPress={() => void named(shown).then((all) => save(logCsv(all), "read-log.csv", "text/csv"))}>
                    {t("log.export")}
                  </Button>
                  <Button
                    onPress={() =>
                      void Promise.all([named(shown), reads.genesis()]).then(([all, genesis]) =>
                        save(logFhir(all, genesis.slice(2)), "read-log.fhir.json", "application/fhir+json"),
                      )
                    }
                  >
                    {t("log.exportFhir")}
                  </Button>
                </Row>
              </>
            )}
          </>
        );
      }}
    </Ready>
  );
}
