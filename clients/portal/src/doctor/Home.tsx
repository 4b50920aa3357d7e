import { useTranslation } from "react-i18next";
import { date, dateTime, time } from "../i18n";
import { AffiliationOffers } from "../institution/Affiliations";
import { Named } from "../records/Named";
import { AppointmentBadge, Ready } from "../records/states";
import { UnfinishedUploads } from "../records/UnfinishedUploads";
import { useLive } from "../session/Connection";
import { ResealNotice } from "../session/ResealNotice";
import { useMember } from "../session/Session";
import { ButtonLink, Card, Columns, Empty, Notice, PageHead, Row } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** A doctor's first page: today, and what waits. */
export function DoctorHome() {
  const { t } = useTranslation();
  const me = useMember();
  const appointments = useLive(`appointments ${me.id}`, (reads) => reads.appointments(me.id));
  const asked = useLive(`asked ${me.id}`, (reads) => reads.requestsBy(me.id));
  return (
    <>
      <PageHead
        title={t("home.hello", { name: me.details?.name ?? me.username })}
        intro={t("home.number", { id: me.id })}
      />
      <ResealNotice />
      <AffiliationOffers />
      <UnfinishedUploads />
      <Ready of={appointments}>
        {(all) => {
          const requested = all.filter((one) => one.status === "requested" && one.start > Date.now()).length;
          const today = all
            .filter(
              (one) => one.status === "accepted" && new Date(one.start).toDateString() === new Date().toDateString(),
            )
            .toSorted((a, b) => a.start - b.start);
          const next = all
            .filter((one) => one.status === "accepted" && one.start > Date.now())
            .toSorted((a, b) => a.start - b.start);
          const shown = today.length > 0 ? today : next.slice(0, 3);
          return (
            <>
              {requested > 0 ? (
                <Notice tone="warn" title={t("home.requested", { count: requested })}>
                  <ButtonLink small look="primary" to="/appointments">
                    {t("home.answerAppointments")}
                  </ButtonLink>
                </Notice>
              ) : null}
              <Columns even>
                <Card title={today.length > 0 ? t("home.today") : t("home.next")}>
                  {shown.length === 0 ? (
                    <Empty title={t("home.noAppointments")} />
                  ) : (
                    <List items={shown} keyOf={(one) => one.id} label={t("home.next")}>
                      {(one) => (
                        <ListItem
                          title={`${date(one.start)}, ${time(one.start)}`}
                          actions={<AppointmentBadge status={one.status} />}
                        >
                          <Named id={one.patient} />
                        </ListItem>
                      )}
                    </List>
                  )}
                  <Row>
                    <ButtonLink to="/patients">{t("nav.patients")}</ButtonLink>
                  </Row>
                </Card>
                <Card title={t("home.asked")}>
                  <Ready of={asked}>
                    {(requests) =>
                      requests.length === 0 ? (
                        <Empty title={t("home.noneAsked")}>{t("home.noneAskedHint")}</Empty>
                      ) : (
                        <List items={requests} keyOf={(one) => one.id} label={t("home.asked")}>
                          {(one) => (
                            <ListItem title={<Named id={one.patient} />}>
                              {t("home.askedItem", { count: one.records.length })}&nbsp;· {t(`purpose.${one.purpose}`)}&nbsp;·{" "}
                              {dateTime(one.requestedAt)}
                            </ListItem>
                          )}
                        </List>
                      )
                    }
                  </Ready>
                </Card>
              </Columns>
            </>
          );
        }}
      </Ready>
    </>
  );
}
