import { useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import type { Appointment, Member, Schedule } from "../chain/views";
import { isOpen } from "../doctor/schedule";
import { date, dayText, time } from "../i18n";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Columns, Empty, Facts, PageHead, Row } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import styles from "../ui/ui.module.css";

const MINUTE = 60_000;
const SLOT = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;
/** The hours that are offered of a doctor who named none, and who declines what does not suit. */
const FIRST_HOUR = 8;
const LAST_HOUR = 18;
const AHEAD_DAYS = 365;
const NOTE_MAX = 500;

/** Doctors that may act, searched by name and specialization. */
export function Doctors() {
  const { t } = useTranslation();
  const me = useMember();
  const doctors = useLive("doctors", (reads) => reads.members("doctor", "active"));
  const care = useLive(`care ${me.id}`, (reads) => reads.careRelations(me.id));
  const [name, setName] = useState("");
  const [speciality, setSpeciality] = useState("");
  const mine = new Set(care.type === "ready" ? care.value.map((relation) => relation.doctor) : []);
  return (
    <>
      <PageHead title={t("doctors.title")} intro={t("doctors.intro")} />
      <Columns>
        <PlainField label={t("doctors.byName")} value={name} onChange={setName} type="search" />
        <PlainField label={t("doctors.bySpeciality")} value={speciality} onChange={setSpeciality} type="search" />
      </Columns>
      <Ready of={doctors}>
        {(all) => {
          const shown = all.filter(
            (one) => matches(one.details?.name, name) && matches(one.details?.speciality, speciality),
          );
          return shown.length === 0 ? (
            <Empty title={t("doctors.none")} />
          ) : (
            <List items={shown} keyOf={(one) => one.id} label={t("doctors.title")}>
              {(one) => (
                <ListItem
                  title={one.details?.name ?? one.username}
                  actions={
                    <>
                      {mine.has(one.id) ? <Badge tone="good">{t("doctors.myDoctor")}</Badge> : null}
                      <ButtonLink small look="primary" to={`/doctors/${one.id}`}>
                        {t("doctors.book")}
                      </ButtonLink>
                    </>
                  }
                >
                  {[one.details?.speciality, one.details?.address].filter(Boolean).join("\u00a0· ")}
                </ListItem>
              )}
            </List>
          );
        }}
      </Ready>
    </>
  );
}

function matches(text: string | undefined, wanted: string): boolean {
  return (text ?? "").toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase());
}

/** One doctor: details, care relation, and the free times of a day to book from. */
export function DoctorPage() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const me = useMember();
  const doctor = useLive(`doctor ${id}`, async (reads) => {
    const [member, care] = await Promise.all([reads.member(id), reads.careRelations(me.id)]);
    return { member, underCare: care.some((relation) => relation.doctor === id) };
  });
  return (
    <Ready of={doctor}>
      {({ member, underCare }) =>
        member === null || member.role !== "doctor" || member.status !== "active" ? (
          <Empty title={t("doctors.notActive")} />
        ) : (
          <>
            <PageHead title={member.details?.name ?? member.username} intro={member.details?.speciality ?? ""}>
              {underCare ? <Badge tone="good">{t("doctors.myDoctor")}</Badge> : null}
            </PageHead>
            <Booking doctor={member} replaces={null} />
            <Care doctor={member} underCare={underCare} />
          </>
        )
      }
    </Ready>
  );
}

function Care({ doctor, underCare }: { doctor: Member; underCare: boolean }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const name = doctor.details?.name ?? doctor.username;
  return (
    <Card title={t("care.title")}>
      <Facts
        facts={[
          [t("details.licence"), doctor.details?.licence ?? ""],
          [t("details.issuer"), doctor.details?.issuer ?? ""],
          [t("details.address"), doctor.details?.address ?? ""],
        ]}
      />
      <p>{underCare ? t("care.isOpen") : t("care.isClosed")}</p>
      <Row>
        {underCare ? (
          <Button
            look="danger"
            onPress={() =>
              void act({
                title: t("care.endTitle", { name }),
                recorded: t("care.endRecorded", { name }),
                stays: t("care.endStays"),
                confirm: t("care.end"),
                danger: true,
                done: t("care.endDone"),
                run: (report) => acts.endCare(doctor.id, report),
              })
            }
          >
            {t("care.end")}
          </Button>
        ) : (
          <Button
            onPress={() =>
              void act({
                title: t("care.openTitle", { name }),
                recorded: t("care.openRecorded", { name }),
                stays: t("care.openStays"),
                confirm: t("care.open"),
                done: t("care.openDone"),
                run: (report) => acts.openCare(me, doctor.id, report),
              })
            }
          >
            {t("care.open")}
          </Button>
        )}
      </Row>
    </Card>
  );
}

/** The quarters of an hour of a day in which a doctor can be booked; the usual hours where the doctor names none. */
function offered(schedule: Schedule, midnight: number): readonly number[] {
  const [first, last] = schedule.openingTimes.length === 0 ? [FIRST_HOUR, LAST_HOUR] : [0, 24];
  return Array.from(
    { length: Number.isNaN(midnight) ? 0 : (last - first) * 4 },
    (_, at) => midnight + first * 60 * MINUTE + at * SLOT,
  ).filter((slot) => isOpen(schedule, slot));
}

/** Books a time; with `replaces`, asks for it instead of that appointment. */
export function Booking({ doctor, replaces }: { doctor: Member; replaces: Appointment | null }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const navigate = useNavigate();
  const [day, setDay] = useState(() => dayText(Date.now() + DAY));
  const [minutes, setMinutes] = useState<"15" | "30" | "45" | "60">("30");
  const [start, setStart] = useState<number | null>(null);
  const [note, setNote] = useState("");
  const taken = useLive(`times ${doctor.id} ${me.id}`, async (reads) => {
    const [schedule, theirs, mine] = await Promise.all([
      reads.schedule(doctor.id),
      reads.appointments(doctor.id),
      reads.appointments(me.id),
    ]);
    const busy = [...theirs, ...mine]
      .filter((one) => one.status === "accepted" && one.id !== replaces?.id)
      .map(({ start: from, end }) => ({ from, end }));
    return { busy, schedule };
  });
  const length = Number(minutes) * MINUTE;
  const midnight = new Date(`${day}T00:00:00`).getTime();
  const name = doctor.details?.name ?? doctor.username;

  const book = async () => {
    if (start === null) {
      return;
    }
    const when = `${date(start)}, ${time(start)}`;
    const done = await act({
      title: replaces === null ? t("book.title", { name }) : t("book.moveTitle", { name }),
      recorded: t("book.recorded", { name, when }),
      stays: t("book.stays"),
      confirm: t("book.confirm"),
      done: t("book.done"),
      run: (report) =>
        replaces === null
          ? acts.requestAppointment(me, doctor, start, start + length, note, report)
          : acts.reschedule(me, replaces, start, start + length, note, report),
    });
    if (done) {
      void navigate("/appointments");
    }
  };

  return (
    <Card title={replaces === null ? t("book.heading") : t("book.moveHeading")}>
      <Columns>
        <PlainField
          label={t("book.day")}
          value={day}
          onChange={(value) => {
            setDay(value);
            setStart(null);
          }}
          type="date"
          min={dayText(Date.now())}
        />
        <Choice
          label={t("book.length")}
          value={minutes}
          onChange={(value) => {
            setMinutes(value);
            setStart(null);
          }}
          options={(["15", "30", "45", "60"] as const).map((value) => ({
            value,
            label: t("book.minutes", { count: Number(value) }),
          }))}
        />
      </Columns>
      <Ready of={taken}>
        {({ busy, schedule }) => (
          <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
            <legend className={styles.label}>
              {Number.isNaN(midnight) ? t("book.times") : t("book.timesOn", { day: date(midnight) })}
            </legend>
            <div className={styles.slots}>
              {offered(schedule, midnight).map((slot) => {
                const free =
                  slot > Date.now() &&
                  slot < Date.now() + AHEAD_DAYS * DAY &&
                  isOpen(schedule, slot + length - SLOT) &&
                  !busy.some(({ from, end }) => slot < end && slot + length > from);
                return (
                  <ToggleButton
                    key={slot}
                    className={styles.slot ?? ""}
                    isDisabled={!free}
                    isSelected={start === slot}
                    onChange={(on) => setStart(on ? slot : null)}
                  >
                    {Number.isNaN(slot) ? "–" : time(slot)}
                  </ToggleButton>
                );
              })}
            </div>
            {offered(schedule, midnight).length === 0 ? <p>{t("book.closed")}</p> : null}
          </fieldset>
        )}
      </Ready>
      <PlainField
        label={t("book.note")}
        value={note}
        onChange={(value) => setNote(value.slice(0, NOTE_MAX))}
        hint={t("book.noteHint")}
        multiline
      />
      <Row justify="end">
        <Button look="primary" isDisabled={start === null} onPress={() => void book()}>
          {replaces === null ? t("book.submit") : t("book.move")}
        </Button>
      </Row>
    </Card>
  );
}
