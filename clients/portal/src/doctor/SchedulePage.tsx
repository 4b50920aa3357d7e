import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DaysOff } from "../chain/views";
import { date, dayText, weekdayName } from "../i18n";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Checkbox, Columns, PageHead, Row, Soft } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { type LocalOpening, offsetQuarters, quarterOf, quarterText, toLocal, toUtc } from "./schedule";

const DAY = 86_400_000;
const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;
/** What a day is open for at first: from 8 to 17. */
const USUAL = { from: 32, until: 68 } as const;

interface Day {
  readonly open: boolean;
  readonly from: string;
  readonly until: string;
}

/** The days of a week, with the times at which they are open. */
function weekOf(times: readonly LocalOpening[]): readonly Day[] {
  return WEEK.map((weekday): Day => {
    const opening = times.find((one) => one.weekday === weekday);
    return {
      open: opening !== undefined,
      from: quarterText(opening?.from ?? USUAL.from),
      until: quarterText(opening?.until ?? USUAL.until),
    };
  });
}

/** A doctor's weekly opening times and days off, which patients book within. */
export function SchedulePage() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const schedule = useLive(`schedule ${me.id}`, (reads) => reads.schedule(me.id));
  /** What was changed here; until then, what is stored, as it comes. */
  const [changedDays, setDays] = useState<readonly Day[] | null>(null);
  const [changedOff, setOff] = useState<readonly DaysOff[] | null>(null);
  const [first, setFirst] = useState("");
  const [last, setLast] = useState("");
  const offset = offsetQuarters(new Date());

  const stored = schedule.type === "ready" ? schedule.value : null;
  const days = changedDays ?? (stored === null ? [] : weekOf(toLocal(stored.openingTimes, offset)));
  const off = changedOff ?? stored?.daysOff ?? [];
  const openings = days.flatMap(({ open, from, until }, weekday): LocalOpening[] =>
    open ? [{ weekday, from: quarterOf(from), until: quarterOf(until) }] : [],
  );
  const sound = openings.every(({ from, until }) => from < until);
  const store = async () => {
    const done = await act({
      title: t("schedule.storeTitle"),
      recorded: t("schedule.storeRecorded"),
      stays: t("schedule.storeStays"),
      confirm: t("schedule.store"),
      done: t("schedule.storeDone"),
      run: (report) => acts.setSchedule({ openingTimes: toUtc(openings, offset), daysOff: off }, report),
    });
    if (done) {
      setDays(null);
      setOff(null);
    }
  };
  const utcDay = (text: string) => Math.floor(Date.parse(text) / DAY);

  return (
    <>
      <PageHead title={t("schedule.title")} intro={t("schedule.intro")} />
      <Ready of={schedule}>
        {() => (
          <>
            <Card title={t("schedule.week")}>
              {days.map((day, weekday) => {
                const change = (part: Partial<Day>) =>
                  setDays(days.map((one, at) => (at === weekday ? { ...one, ...part } : one)));
                const name = weekdayName(weekday);
                return (
                  <Row key={name} justify="between">
                    <Checkbox isSelected={day.open} onChange={(open) => change({ open })}>
                      {name}
                    </Checkbox>
                    {day.open ? (
                      <Row>
                        <PlainField
                          label={t("schedule.from", { day: name })}
                          value={day.from}
                          onChange={(from) => change({ from })}
                          type="time"
                        />
                        <PlainField
                          label={t("schedule.until", { day: name })}
                          value={day.until}
                          onChange={(until) => change({ until })}
                          type="time"
                          error={quarterOf(day.from) < quarterOf(day.until) ? undefined : t("schedule.order")}
                        />
                      </Row>
                    ) : (
                      <Soft>{t("schedule.closed")}</Soft>
                    )}
                  </Row>
                );
              })}
              {openings.length === 0 ? <p>{t("schedule.always")}</p> : null}
            </Card>
            <Card title={t("schedule.off")}>
              {off.length === 0 ? null : (
                <List items={off} keyOf={(one) => `${one.first} ${one.last}`} label={t("schedule.off")}>
                  {(one) => (
                    <ListItem
                      title={
                        one.first === one.last
                          ? date(one.first * DAY)
                          : `${date(one.first * DAY)} – ${date(one.last * DAY)}`
                      }
                      actions={
                        <Button small onPress={() => setOff(off.filter((other) => other !== one))}>
                          {t("schedule.remove")}
                        </Button>
                      }
                    />
                  )}
                </List>
              )}
              <Columns>
                <PlainField
                  label={t("schedule.first")}
                  value={first}
                  onChange={setFirst}
                  type="date"
                  min={dayText(Date.now())}
                />
                <PlainField label={t("schedule.last")} value={last} onChange={setLast} type="date" min={first} />
              </Columns>
              <Row justify="end">
                <Button
                  isDisabled={first === "" || (last !== "" && last < first)}
                  onPress={() => {
                    setOff([...off, { first: utcDay(first), last: utcDay(last === "" ? first : last) }]);
                    setFirst("");
                    setLast("");
                  }}
                >
                  {t("schedule.add")}
                </Button>
              </Row>
            </Card>
            <Row justify="end">
              <Button look="primary" isDisabled={!sound} onPress={() => void store()}>
                {t("schedule.store")}
              </Button>
            </Row>
          </>
        )}
      </Ready>
    </>
  );
}
