import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Named } from "../records/Named";
import { useHeld } from "../records/SharedWithMe";
import { standingOf } from "../records/standing";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useMember } from "../session/Session";
import { Badge, Button, ButtonLink, Card, Empty, PageHead, Row } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";

/** Finds a patient by number or username. */
export function PatientSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [wanted, setWanted] = useState("");
  const number = Number(wanted.trim());
  return (
    <Card title={t("patients.search")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (Number.isInteger(number) && number > 0) {
            void navigate(`/patients/${number}`);
          }
        }}
      >
        <Row>
          <PlainField label={t("patients.number")} value={wanted} onChange={setWanted} type="search" />
          <Button type="submit" look="primary" isDisabled={!Number.isInteger(number) || number <= 0}>
            {t("patients.find")}
          </Button>
        </Row>
      </form>
    </Card>
  );
}

/** The page of patients, for an institution. */
export function InstitutionPatients() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("patients.title")} intro={t("patients.institutionIntro")} />
      <SharingPatients />
    </>
  );
}

/** The patients who share something with an institution, and all others by number. */
function SharingPatients() {
  const { t } = useTranslation();
  const held = useHeld();
  const all = useLive("patients", (reads) => reads.members("patient", "active"));
  return (
    <>
      <PatientSearch />
      <Ready of={all}>
        {(patients) => {
          const shares = new Map<number, number>();
          for (const { grant, record } of held.type === "ready" ? held.value : []) {
            const standing = standingOf(grant, record, Date.now());
            if (standing === "open" || standing === "left") {
              shares.set(record.patient, (shares.get(record.patient) ?? 0) + 1);
            }
          }
          const sorted = patients.toSorted((a, b) => (shares.get(b.id) ?? 0) - (shares.get(a.id) ?? 0) || a.id - b.id);
          return sorted.length === 0 ? (
            <Empty title={t("patients.none")} />
          ) : (
            <List items={sorted} keyOf={(one) => one.id} label={t("patients.title")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.id} />}
                  actions={
                    <>
                      {shares.has(one.id) ? (
                        <Badge tone="good">{t("patients.shares", { count: shares.get(one.id) ?? 0 })}</Badge>
                      ) : null}
                      <ButtonLink small look="primary" to={`/patients/${one.id}`}>
                        {t("patients.open")}
                      </ButtonLink>
                    </>
                  }
                />
              )}
            </List>
          );
        }}
      </Ready>
    </>
  );
}

export function InstitutionHome() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead
        title={t("home.hello", { name: me.details?.name ?? me.username })}
        intro={t("home.number", { id: me.id })}
      />
      <h2>{t("patients.title")}</h2>
      <SharingPatients />
    </>
  );
}
