import { useTranslation } from "react-i18next";
import { dateTime } from "../i18n";
import { useInbox } from "../inbox/arrivals";
import { Named, NamedRecord } from "../records/Named";
import { AppointmentBadge, Ready } from "../records/states";
import { UnfinishedUploads } from "../records/UnfinishedUploads";
import { memberName, useLive } from "../session/Connection";
import { ResealNotice } from "../session/ResealNotice";
import { useMember } from "../session/Session";
import { ButtonLink, Card, Columns, Empty, Notice, PageHead, Row } from "../ui/basics";
import { List, ListItem } from "../ui/List";

const SHOWN = 3;

/** A patient's first page: what waits for her, and what is next. */
export function PatientHome() {
  const { t } = useTranslation();
  const me = useMember();
  const inbox = useInbox(me.id);
  const appointments = useLive(`appointments ${me.id}`, (reads) => reads.appointments(me.id));
  const records = useLive(`records ${me.id}`, (reads) => reads.records(me.id));
  const log = useLive(`log ${me.id}`, (reads) => reads.readLog({ patient: me.id }));
  const waiting = inbox.type === "ready" ? inbox.value.length : 0;
  return (
    <>
      <PageHead title={t("home.hello", { name: me.username })} intro={t("home.number", { id: me.id })} />
      {waiting > 0 ? (
        <Notice tone="warn" title={t("home.waiting", { count: waiting })}>
          <ButtonLink small look="primary" to="/inbox">
            {t("home.answer")}
          </ButtonLink>
        </Notice>
      ) : null}
      <ResealNotice />
      <UnfinishedUploads />
      <WardRequests />
      <Columns even>
        <Card title={t("home.next")}>
          <Ready of={appointments}>
            {(all) => {
              const next = all
                .filter((one) => one.start > Date.now() && (one.status === "accepted" || one.status === "requested"))
                .sort((a, b) => a.start - b.start)
                .slice(0, SHOWN);
              return next.length === 0 ? (
                <Empty title={t("home.noAppointments")}>{t("home.noAppointmentsHint")}</Empty>
              ) : (
                <List items={next} keyOf={(one) => one.id} label={t("home.next")}>
                  {(one) => (
                    <ListItem title={dateTime(one.start)} actions={<AppointmentBadge status={one.status} />}>
                      <Named id={one.doctor} />
                    </ListItem>
                  )}
                </List>
              );
            }}
          </Ready>
          <Row>
            <ButtonLink to="/doctors">{t("home.book")}</ButtonLink>
          </Row>
        </Card>
        <Card title={t("home.newest")}>
          <Ready of={records}>
            {(all) => {
              const newest = all
                .filter((one) => one.status === "current" && one.kind !== "profile")
                .toSorted((a, b) => b.id - a.id)
                .slice(0, SHOWN);
              return newest.length === 0 ? (
                <Empty title={t("records.none")}>{t("records.noneHint")}</Empty>
              ) : (
                <List items={newest} keyOf={(one) => one.id} label={t("home.newest")}>
                  {(one) => (
                    <ListItem
                      title={t("records.item", { kind: t(`kind.${one.kind}`), id: one.id })}
                      actions={
                        <ButtonLink small to={`/records/${one.id}`}>
                          {t("records.view")}
                        </ButtonLink>
                      }
                    >
                      {t("records.by")} <Named id={one.author} />&nbsp;· {dateTime(one.anchoredAt)}
                    </ListItem>
                  )}
                </List>
              );
            }}
          </Ready>
          <Row>
            <ButtonLink to="/records">{t("home.allRecords")}</ButtonLink>
          </Row>
        </Card>
        <Card title={t("home.lastReadings")}>
          <Ready of={log}>
            {(all) =>
              all.length === 0 ? (
                <Empty title={t("log.none")}>{t("log.noneHint")}</Empty>
              ) : (
                <List items={all.slice(0, SHOWN)} keyOf={(one) => one.id} label={t("home.lastReadings")}>
                  {(one) => (
                    <ListItem title={<Named id={one.reader} />}>
                      <NamedRecord id={one.record} />&nbsp;· {t(`purpose.${one.purpose}`)}&nbsp;·{" "}
                      {dateTime(one.openedAt)}
                    </ListItem>
                  )}
                </List>
              )
            }
          </Ready>
          <Row>
            <ButtonLink to="/log">{t("home.allReadings")}</ButtonLink>
          </Row>
        </Card>
      </Columns>
    </>
  );
}

/** What waits for the patients in whose name the signed-in patient decides. */
function WardRequests() {
  const { t } = useTranslation();
  const me = useMember();
  const waiting = useLive(`ward requests ${me.id}`, async (reads) => {
    const wards = (await reads.wards(me.id)).filter((one) => one.scope.decide && one.until > Date.now());
    const counts = await Promise.all(
      wards.map(async ({ patient }) => {
        const requests = (await reads.inbox(patient)).filter((request) => request.expiresAt > Date.now());
        return { patient, count: requests.length, name: memberName(await reads.member(patient), patient) };
      }),
    );
    return counts.filter(({ count }) => count > 0);
  });
  if (waiting.type !== "ready") {
    return null;
  }
  return (
    <>
      {waiting.value.map(({ patient, count, name }) => (
        <Notice key={patient} tone="warn" title={t("home.wardWaiting", { count, name })}>
          <ButtonLink small look="primary" to={`/wards/${patient}`}>
            {t("home.answer")}
          </ButtonLink>
        </Notice>
      ))}
    </>
  );
}
