import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Appointment } from "../chain/views";
import { date, time } from "../i18n";
import { Named } from "../records/Named";
import { AppointmentBadge, Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, ButtonLink, Empty, PageHead } from "../ui/basics";
import { List, ListItem } from "../ui/List";
import { Dialog } from "../ui/overlays";
import { Booking } from "./Doctors";

/** A patient's appointments, newest first, to move or call off. */
export function PatientAppointments() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [moving, setMoving] = useState<Appointment | null>(null);
  const appointments = useLive(`appointments ${me.id}`, (reads) => reads.appointments(me.id));
  const doctor = useLive(moving === null ? null : `moving ${moving.doctor}`, (reads) =>
    reads.member(moving?.doctor ?? 0),
  );

  const cancel = (appointment: Appointment) =>
    act({
      title: t("appointments.cancelTitle"),
      recorded: t("appointments.cancelRecorded"),
      stays: t("appointments.cancelStays"),
      confirm: t("appointments.cancel"),
      danger: true,
      done: t("appointments.cancelDone"),
      run: (report) => acts.cancelAppointment(appointment.id, "not-needed", report),
    });

  return (
    <>
      <PageHead title={t("appointments.title")} intro={t("appointments.intro")}>
        <ButtonLink look="primary" to="/doctors">
          {t("home.book")}
        </ButtonLink>
      </PageHead>
      <Ready of={appointments}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("home.noAppointments")}>{t("home.noAppointmentsHint")}</Empty>
          ) : (
            <List items={all} keyOf={(one) => one.id} label={t("appointments.title")}>
              {(one) => {
                const open = (one.status === "requested" || one.status === "accepted") && one.start > Date.now();
                return (
                  <ListItem
                    title={`${date(one.start)}, ${time(one.start)} – ${time(one.end)}`}
                    actions={
                      <>
                        <AppointmentBadge status={one.status} />
                        {open ? (
                          <>
                            {all.some((other) => other.replaces === one.id && other.status === "requested") ? null : (
                              <Button small onPress={() => setMoving(one)}>
                                {t("appointments.move")}
                              </Button>
                            )}
                            <Button small look="danger" onPress={() => void cancel(one)}>
                              {t("appointments.cancel")}
                            </Button>
                          </>
                        ) : null}
                      </>
                    }
                  >
                    <Named id={one.doctor} />
                    {one.reason === null ? null : `\u00a0· ${t(`appointmentReason.${one.reason}`)}`}
                    {one.replaces === null || one.status !== "requested" ? null : `\u00a0· ${t("appointments.instead")}`}
                  </ListItem>
                );
              }}
            </List>
          )
        }
      </Ready>
      <Dialog title={t("book.moveHeading")} open={moving !== null} onClose={() => setMoving(null)} wide>
        <Ready of={doctor}>
          {(member) => (member === null ? null : <Booking doctor={member} replaces={moving} />)}
        </Ready>
        <Button onPress={() => setMoving(null)}>{t("common.close")}</Button>
      </Dialog>
    </>
  );
}
