import { useState } from "react";
import { useTranslation } from "react-i18next";
import { documentReference } from "../chain/description";
import { Reader } from "../records/Reader";
import { MemberBadge, Ready } from "../records/states";
import { UnfinishedUploads } from "../records/UnfinishedUploads";
import { FileDrop, mediaType } from "../records/Upload";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Facts, PageHead, Row } from "../ui/basics";
import { DoctorAffiliations } from "./Affiliations";
import { EditDetails } from "./EditDetails";
import { StandingNotice } from "./StandingNotice";

/** A professional's details, certificate, and where its verification stands; what to do when it was rejected. */
export function Standing() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [file, setFile] = useState<File | null>(null);
  const record = useLive(me.ownRecord === null ? null : `certificate ${me.ownRecord}`, (reads) =>
    reads.record(me.ownRecord ?? 0),
  );
  const rejected = me.status === "rejected";
  /** Whether it can apply again with the certificate that is stored. */
  const withStored = rejected && me.ownRecord !== null;
  const replace = () => {
    if (file === null) {
      return;
    }
    void act({
      title: t("standing.replaceTitle"),
      recorded: t("standing.replaceRecorded"),
      stays: t("signup.staysProfessional"),
      confirm: t("standing.replace"),
      done: t("standing.replaceDone"),
      run: async (report, signal) => {
        const upload = await acts.prepare(
          me,
          { patient: me.id, kind: "certificate", fills: 0, validUntil: null, amends: null },
          file,
          documentReference(
            { title: file.name, fileName: file.name, mediaType: mediaType(file), clinicalDate: "", note: "" },
            "certificate",
            me.id,
            me.id,
          ),
          report,
          signal,
        );
        const receipt = await acts.storeAndAnchor(upload, report, signal);
        return rejected ? acts.applyAgain(report) : receipt;
      },
    });
  };
  const applyAgain = () =>
    act({
      title: t("standing.applyTitle"),
      recorded: t("standing.applyRecorded"),
      stays: t("signup.staysProfessional"),
      confirm: t("standing.applyTitle"),
      done: t("standing.applyDone"),
      run: (report) => acts.applyAgain(report),
    });
  return (
    <>
      <PageHead title={t("standing.title")}>
        <MemberBadge status={me.status} />
      </PageHead>
      <StandingNotice />
      <UnfinishedUploads />
      <Card title={t("standing.details")}>
        <Facts
          facts={[
            [t("signup.username"), me.username],
            [t("member.id"), String(me.id)],
            [t("details.name"), me.details?.name ?? ""],
            ...(me.role === "doctor" ? [[t("details.speciality"), me.details?.speciality ?? ""] as const] : []),
            [t("details.licence"), me.details?.licence ?? ""],
            [t("details.issuer"), me.details?.issuer ?? ""],
            [t("details.address"), me.details?.address ?? ""],
          ]}
        />
      </Card>
      {me.status === "pending" || me.status === "rejected" ? <EditDetails /> : null}
      {me.role === "doctor" && me.status === "active" ? <DoctorAffiliations /> : null}
      {me.ownRecord === null ? null : (
        <Ready of={record}>{(one) => (one === null ? null : <Reader record={one} grant={null} />)}</Ready>
      )}
      {me.status === "suspended" ? null : (
        <Card title={t("standing.replace")}>
          <p>{rejected ? t("standing.rejectedText") : t("standing.replaceText")}</p>
          {withStored ? <p>{t("standing.applyStoredText")}</p> : null}
          <FileDrop file={file} onFile={setFile} hint={t("signup.certificateHint")} />
          <Row justify="end">
            {withStored ? (
              <Button onPress={() => void applyAgain()}>{t("standing.applyStored")}</Button>
            ) : null}
            <Button look="primary" isDisabled={file === null} onPress={replace}>
              {rejected ? t("standing.applyAgain") : t("standing.replace")}
            </Button>
          </Row>
        </Card>
      )}
    </>
  );
}
