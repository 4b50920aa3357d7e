import { useTranslation } from "react-i18next";
import { dateTime } from "../i18n";
import { PatientSearch } from "../institution/Patients";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useMember } from "../session/Session";
import { ButtonLink, Empty, PageHead } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** The patients under a doctor's care. */
export function DoctorPatients() {
  const { t } = useTranslation();
  const me = useMember();
  const care = useLive(`care ${me.id}`, (reads) => reads.careRelations(me.id));
  return (
    <>
      <PageHead title={t("patients.title")} intro={t("patients.doctorIntro")} />
      <PatientSearch />
      <Ready of={care}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("patients.noneUnderCare")}>{t("patients.noneUnderCareHint")}</Empty>
          ) : (
            <List items={all} keyOf={(one) => one.patient} label={t("patients.title")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.patient} />}
                  actions={
                    <ButtonLink small look="primary" to={`/patients/${one.patient}`}>
                      {t("patients.open")}
                    </ButtonLink>
                  }
                >
                  {t("patients.since", { when: dateTime(one.since) })}
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
    </>
  );
}
