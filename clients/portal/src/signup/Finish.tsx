import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member, Role } from "../chain/views";
import { UnfinishedUploads } from "../records/UnfinishedUploads";
import { useConnection } from "../session/Connection";
import { useAccount } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Facts, Notice, PageHead, Row } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { Consents } from "./Consents";
import { CertificateForm, PatientForm, ProfessionalForm, type Registration, register, registrationWords } from "./SignUp";
import { username as usernameSchema } from "./schema";

/** An account whose registration was interrupted, or that another program made: registers it, or what is missing of it. */
export function Finish({ known }: { known: Member | null }) {
  const { t } = useTranslation();
  const account = useAccount();
  const { reads } = useConnection();
  const act = useAct();
  const [role, setRole] = useState<Role>(known?.role ?? "patient");
  const [username, setUsername] = useState(known?.username ?? account.name);
  const [asked, setAsked] = useState(known !== null);
  /** What a professional has told of itself already: its certificate is all that is missing. */
  const details = known?.details ?? null;
  const flaw = usernameSchema.safeParse(username);

  const finish = (registration: Registration) =>
    act({
      ...registrationWords(t, registration.role, username),
      run: (report, signal) =>
        register(account.acts, reads, username, account.identity.address, registration, report, signal),
    });

  return (
    <>
      <PageHead title={t("finish.title")} intro={known === null ? t("finish.intro") : t("finish.introKnown")} />
      {known === null ? null : <UnfinishedUploads />}
      {known === null ? (
        <Card title={t("finish.who")}>
          <Choice
            label={t("finish.role")}
            value={role}
            onChange={setRole}
            options={(["patient", "doctor", "hospital", "pharmacy"] as const).map((value) => ({
              value,
              label: t(`role.${value}`),
            }))}
          />
          <PlainField
            label={t("signup.username")}
            value={username}
            onChange={setUsername}
            hint={t("signup.usernameHint")}
            error={flaw.success ? undefined : String(t((flaw.error.issues[0]?.message ?? "error.required") as never))}
          />
          {asked ? null : (
            <Row justify="end">
              <Button look="primary" isDisabled={!flaw.success} onPress={() => setAsked(true)}>
                {t("common.next")}
              </Button>
            </Row>
          )}
          <Notice tone="info" title={t("finish.administratorTitle")}>
            {t("finish.administratorText")}
            <Facts facts={[[t("account.address"), <code key="address">{account.identity.address}</code>]]} />
          </Notice>
        </Card>
      ) : null}
      {known === null && !asked ? <Consents /> : null}
      {asked && role === "patient" ? (
        <PatientForm submit={t("signup.finish")} onDone={(profile) => void finish({ role, profile })} />
      ) : null}
      {role === "patient" ? null : details !== null ? (
        <CertificateForm
          submit={t("signup.finish")}
          onDone={(certificate) => void finish({ role, details, certificate })}
        />
      ) : asked ? (
        <ProfessionalForm
          role={role}
          submit={t("signup.finish")}
          onDone={(told, certificate) => void finish({ role, details: told, certificate })}
        />
      ) : null}
    </>
  );
}
