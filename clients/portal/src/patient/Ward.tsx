import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { dateTime } from "../i18n";
import { Requests } from "../inbox/Inbox";
import { Named } from "../records/Named";
import { useHeld, ViewHeld } from "../records/SharedWithMe";
import { Ready, RecordBadge } from "../records/states";
import { memberName, useConnection, useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Empty, PageHead, Stack } from "../ui/basics";
import { List, ListItem } from "../ui/List";
import { Consents } from "./Consents";
import { EmergencyConsentCard } from "./Emergency";
import { GrantList, StandingLinks } from "./Grants";
import { Scope } from "./Guardians";
import { LogList } from "./ReadLog";

/** One patient in whose name the signed-in patient acts: what may be decided, and what may be read. */
export function Ward() {
  const { t } = useTranslation();
  const patient = Number(useParams().id);
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const navigate = useNavigate();
  const { name } = useConnection();
  const found = useLive(`ward ${patient} ${me.id}`, async (reads) => ({
    guardianship: (await reads.guardians(patient)).find((one) => one.guardian === me.id) ?? null,
    name: memberName(await name(patient), patient),
  }));
  const resign = async () => {
    const done = await act({
      title: t("guardians.resignTitle"),
      recorded: t("guardians.resignRecorded"),
      stays: t("guardians.dismissStays"),
      confirm: t("guardians.resign"),
      danger: true,
      done: t("guardians.resignDone"),
      run: (report) => acts.resignGuardianship(patient, report),
    });
    if (done) {
      void navigate("/guardians");
    }
  };
  return (
    <Ready of={found}>
      {({ guardianship, name: called }) =>
        guardianship === null ? (
          <Empty title={t("guardians.notFor", { name: called })} />
        ) : (
          <>
            <PageHead
              title={t("guardians.for", { name: called })}
              intro={t("guardians.forIntro", { name: called })}
            >
              <Scope of={guardianship.scope} />
              <Button onPress={() => void resign()}>{t("guardians.resign")}</Button>
            </PageHead>
            {guardianship.scope.decide ? (
              <Stack>
                <h2>{t("inbox.title")}</h2>
                <Requests patient={patient} />
              </Stack>
            ) : null}
            {guardianship.scope.read ? <WardRecords patient={patient} /> : null}
            {guardianship.scope.decide ? (
              <>
                <Stack>
                  <h2>{t("grants.title")}</h2>
                  <GrantList patient={patient} record={null} />
                </Stack>
                <StandingLinks patient={patient} />
                <Consents patient={patient} />
                <EmergencyConsentCard patient={patient} />
              </>
            ) : null}
            <Card title={t("log.title")}>
              <LogList of={{ patient }} />
            </Card>
          </>
        )
      }
    </Ready>
  );
}

function WardRecords({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const held = useHeld();
  return (
    <Card title={t("records.title")}>
      <Ready of={held}>
        {(all) => {
          const shown = all.filter(({ record }) => record.patient === patient);
          return shown.length === 0 ? (
            <Empty title={t("records.none")}>{t("guardians.nothingGiven")}</Empty>
          ) : (
            <List items={shown} keyOf={({ record }) => record.id} label={t("records.title")}>
              {({ record }) => (
                <ListItem
                  title={t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}
                  actions={
                    <>
                      <RecordBadge status={record.status} />
                      <ViewHeld record={record} />
                    </>
                  }
                >
                  {t("records.by")} <Named id={record.author} />&nbsp;· {dateTime(record.anchoredAt)}
                </ListItem>
              )}
            </List>
          );
        }}
      </Ready>
    </Card>
  );
}
