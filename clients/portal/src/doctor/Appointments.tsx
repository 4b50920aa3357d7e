import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Appointment } from "../chain/views";
import { date, time } from "../i18n";
import { Named } from "../records/Named";
import { AppointmentBadge, Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Empty, PageHead, Row, Soft, Stack } from "../ui/basics";
import { List, ListItem } from "../ui/List";

const DAY = 86_400_000;

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** The Monday of a day's week. */
function startOfWeek(ms: number): number {
  const day = new Date(startOfDay(ms));
  return day.setDate(day.getDate() - ((day.getDay() + 6) % 7));
}

/** A doctor's appointments by day or week; what is asked for stands above them whatever the day. */
export function DoctorAppointments() {
  const { t } = useTranslation();
  const me = useMember();
  const [view, setView] = useState<"day" | "week">("week");
  const [at, setAt] = useState(() => startOfDay(Date.now()));
  const appointments = useLive(`appointments ${me.id}`, (reads) => reads.appointments(me.id));
  const from = view === "day" ? at : startOfWeek(at);
  const days = view === "day" ? 1 : 7;
  const move = (by: number) => {
    const next = new Date(at);
    next.setDate(next.getDate() + by * days);
    setAt(next.getTime());
  };
  return (
    <>
      <PageHead title={t("appointments.title")} intro={t("appointments.doctorIntro")} />
      <Ready of={appointments}>
        {(all) => {
          const requested = all
            .filter((one) => one.status === "requested" && one.start > Date.now())
            .toSorted((a, b) => a.start - b.start);
          return (
            <>
              {requested.length === 0 ? null : (
                <Stack>
                  <h2>{t("appointments.requested", { count: requested.length })}</h2>
                  <List
                    items={requested}
                    keyOf={(one) => one.id}
                    label={t("appointments.requested", { count: requested.length })}
                  >
                    {(one) => <Entry appointment={one} withDay />}
                  </List>
                </Stack>
              )}
              <Row justify="between">
                <Row>
                  <Button small onPress={() => move(-1)}>
                    {t("appointments.earlier")}
                  </Button>
                  <Button small onPress={() => setAt(startOfDay(Date.now()))}>
                    {t("appointments.today")}
                  </Button>
                  <Button small onPress={() => move(1)}>
                    {t("appointments.later")}
                  </Button>
                </Row>
                <Row>
                  {(["day", "week"] as const).map((one) => (
                    <Button
                      key={one}
                      small
                      look={view === one ? "primary" : "secondary"}
                      aria-pressed={view === one}
                      onPress={() => setView(one)}
                    >
                      {t(`appointments.${one}`)}
                    </Button>
                  ))}
                </Row>
              </Row>
              {Array.from({ length: days }, (_, index) => startOfDay(from + index * DAY + DAY / 2)).map((day) => {
                const entries = all
                  .filter((one) => startOfDay(one.start) === day && one.status !== "requested")
                  .toSorted((a, b) => a.start - b.start);
                return (
                  <Stack key={day} gap="tight">
                    <Row justify="between">
                      <h2>{date(day)}</h2>
                      {entries.length === 0 && view === "week" ? <Soft>{t("appointments.freeDay")}</Soft> : null}
                    </Row>
                    {entries.length === 0 ? (
                      view === "day" ? (
                        <Empty title={t("appointments.freeDay")} />
                      ) : null
                    ) : (
                      <List items={entries} keyOf={(one) => one.id} label={date(day)}>
                        {(one) => <Entry appointment={one} />}
                      </List>
                    )}
                  </Stack>
                );
              })}
            </>
          );
        }}
      </Ready>
    </>
  );
}

function Entry({ appointment: one, withDay = false }: { appointment: Appointment; withDay?: boolean }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [note, setNote] = useState<string | null>(null);
  useEffect(() => {
    if (one.note !== "0x") {
      acts.readNote(me, one.patient, one.start, one.note).then(setNote, () => setNote(t("appointments.noteSealed")));
    }
  }, [acts, me, one.note, one.patient, one.start, t]);

  type Verb = "accept" | "decline" | "complete" | "missed" | "cancel";
  const runs: Record<Verb, Parameters<typeof act>[0]["run"]> = {
    accept: (report) => acts.acceptAppointment(one.id, report),
    decline: (report) => acts.declineAppointment(one.id, "unavailable", report),
    complete: (report) => acts.completeAppointment(one.id, report),
    missed: (report) => acts.markMissed(one.id, report),
    cancel: (report) => acts.cancelAppointment(one.id, "unavailable", report),
  };
  const start = (verb: Verb) =>
    void act({
      title: t(`appointmentAct.${verb}.title`),
      recorded: t(`appointmentAct.${verb}.recorded`),
      stays: t(`appointmentAct.${verb}.stays`),
      confirm: t(`appointmentAct.${verb}.confirm`),
      danger: verb === "decline" || verb === "cancel",
      done: t(`appointmentAct.${verb}.done`),
      run: runs[verb],
    });
  const begun = one.start <= Date.now();
  return (
    <ListItem
      title={`${withDay ? `${date(one.start)}, ` : ""}${time(one.start)} – ${time(one.end)}`}
      actions={
        <>
          <AppointmentBadge status={one.status} />
          {one.status === "requested" && !begun ? (
            <>
              <Button small look="primary" onPress={() => start("accept")}>
                {t("appointmentAct.accept.confirm")}
              </Button>
              <Button small look="danger" onPress={() => start("decline")}>
                {t("appointmentAct.decline.confirm")}
              </Button>
            </>
          ) : null}
          {one.status === "accepted" && begun ? (
            <>
              <Button small look="primary" onPress={() => start("complete")}>
                {t("appointmentAct.complete.confirm")}
              </Button>
              <Button small onPress={() => start("missed")}>
                {t("appointmentAct.missed.confirm")}
              </Button>
            </>
          ) : null}
          {one.status === "accepted" && !begun ? (
            <Button small look="danger" onPress={() => start("cancel")}>
              {t("appointmentAct.cancel.confirm")}
            </Button>
          ) : null}
        </>
      }
    >
      <Named id={one.patient} />
      {note === null ? null : `\u00a0· ${t("appointments.note", { note })}`}
      {one.reason === null ? null : `\u00a0· ${t(`appointmentReason.${one.reason}`)}`}
    </ListItem>
  );
}
