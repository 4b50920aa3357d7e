import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Profile, patientResource } from "../chain/description";
import { Reader } from "../records/Reader";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { PatientForm } from "../signup/SignUp";
import { useAct } from "../ui/Act";
import { Button, Card, Facts, PageHead, Row } from "../ui/basics";

/** The patient's own details: encrypted, shown on demand, replaced as a whole. */
export function ProfilePage() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [editing, setEditing] = useState(false);
  const record = useLive(me.ownRecord === null ? null : `profile ${me.ownRecord}`, (reads) =>
    reads.record(me.ownRecord ?? 0),
  );
  const save = async (profile: Profile) => {
    const done = await act({
      title: t("profile.saveTitle"),
      recorded: t("profile.saveRecorded"),
      stays: t("signup.staysPatient"),
      confirm: t("profile.save"),
      done: t("profile.saveDone"),
      run: async (report, signal) => {
        const upload = await acts.prepare(
          me,
          { patient: me.id, kind: "profile", fills: 0, validUntil: null, amends: null },
          new Blob([]),
          patientResource(profile, me.id),
          report,
          signal,
        );
        return acts.storeAndAnchor(upload, report, signal);
      },
    });
    if (done) {
      setEditing(false);
    }
  };
  return (
    <>
      <PageHead title={t("profile.title")} intro={t("profile.intro")} />
      <Card title={t("profile.public")}>
        <Facts
          facts={[
            [t("signup.username"), me.username],
            [t("member.id"), String(me.id)],
          ]}
        />
      </Card>
      {me.ownRecord === null ? null : (
        <Ready of={record}>{(one) => (one === null ? null : <Reader record={one} grant={null} />)}</Ready>
      )}
      {editing || me.ownRecord === null ? (
        <PatientForm submit={t("profile.save")} onDone={(profile) => void save(profile)} />
      ) : (
        <Row>
          <Button onPress={() => setEditing(true)}>{t("profile.edit")}</Button>
        </Row>
      )}
    </>
  );
}
