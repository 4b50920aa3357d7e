import { zodResolver } from "@hookform/resolvers/zod";
import type { TFunction } from "i18next";
import { useEffect, useRef, useState } from "react";
import { type Control, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import type { Acts, Report } from "../chain/acts";
import { documentReference, patientResource } from "../chain/description";
import type { Receipt } from "../chain/transactions";
import type { Role } from "../chain/views";
import { keystores } from "../keyring/database";
import { Keyring } from "../keyring/keyring";
import type { PublicIdentity } from "../keyring/protocol";
import { FileDrop, mediaType } from "../records/Upload";
import { useConnection } from "../session/Connection";
import { keep, useSession } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, ButtonLink, Card, Columns, Notice, PageHead, Row, Stack } from "../ui/basics";
import { FormField, PlainField } from "../ui/fields";
import { ShowPhrase } from "./Phrase";
import { CredentialFields, useWords } from "./CredentialFields";
import {
  type Credentials,
  credentials,
  type PatientProfile,
  type ProfessionalDetails,
  patientProfile,
  professionalDetails,
} from "./schema";

const ROLES: readonly Role[] = ["patient", "doctor", "hospital", "pharmacy"];
/** How many words of the phrase are asked back. */
const ASKED = 3;
/** Largest certificate: what the chain allows, less what encryption adds. */
const CERTIFICATE_MAX = 31 * 1024 * 1024;

/** What a person says of itself, by role. */
export type Registration =
  | { readonly role: "patient"; readonly profile: PatientProfile }
  | {
      readonly role: "doctor" | "hospital" | "pharmacy";
      readonly details: ProfessionalDetails;
      readonly certificate: File;
    };

/** The first page: whom to sign up as. */
export function ChooseRole() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("signup.title")} intro={t("signup.intro")} />
      <Columns even>
        {ROLES.map((role) => (
          <Card key={role} title={t(`role.${role}`)}>
            <p>{t(`signup.about.${role}`)}</p>
            <Row>
              <ButtonLink look="primary" to={`/signup/${role}`}>
                {t("signup.as", { role: t(`role.${role}`) })}
              </ButtonLink>
            </Row>
          </Card>
        ))}
      </Columns>
      <Stack gap="tight">
        <p>
          <Link to="/signin">{t("signin.instead")}</Link>
        </p>
        <p>
          <Link to="/signup/staff">{t("signup.staff")}</Link>
        </p>
        <p>
          <Link to="/signup/administrator">{t("signup.administrator")}</Link>
        </p>
      </Stack>
    </>
  );
}

type Step =
  | { readonly type: "details" }
  | { readonly type: "credentials"; readonly registration: Registration | null }
  | {
      readonly type: "phrase" | "confirm";
      readonly registration: Registration | null;
      readonly credentials: Credentials;
      readonly phrase: string;
      readonly identity: PublicIdentity;
    };

/** Details, username and password, recovery phrase, its confirmation, and then the registration itself. */
export function SignUp() {
  const { t } = useTranslation();
  const given = useParams().role;
  const role = ROLES.find((candidate) => candidate === given);
  /** Who is made something by others needs nothing but a key. */
  const keyOnly = given === "administrator" || given === "staff" ? given : null;
  const [step, setStep] = useState<Step>(
    keyOnly !== null ? { type: "credentials", registration: null } : { type: "details" },
  );
  const keyring = useRef<Keyring | null>(null);
  const handedOver = useRef(false);
  useEffect(
    () => () => {
      if (!handedOver.current) {
        keyring.current?.end();
      }
    },
    [],
  );
  const { reads } = useConnection();
  const { begin, setRegistering } = useSession();
  const act = useAct();
  const navigate = useNavigate();
  const [taken, setTaken] = useState(false);

  if (role === undefined && keyOnly === null) {
    return <ChooseRole />;
  }

  const choose = async (chosen: Credentials, registration: Registration | null) => {
    const [member, stored] = await Promise.all([
      registration === null ? null : reads.member(chosen.username),
      keystores.get(chosen.username),
    ]);
    if (member !== null || stored !== undefined) {
      setTaken(true);
      return;
    }
    setTaken(false);
    keyring.current ??= new Keyring();
    const { phrase, identity } = await keyring.current.run("newPhrase", null);
    setStep({ type: "phrase", registration, credentials: chosen, phrase, identity });
  };

  const finish = async (from: Extract<Step, { type: "phrase" | "confirm" }>) => {
    const ring = keyring.current ?? new Keyring();
    const { registration, credentials: chosen } = from;
    const identity = await ring.run("usePhrase", { phrase: from.phrase });
    await keep(ring, identity, chosen.username, chosen.password);
    handedOver.current = true;
    setRegistering(registration !== null);
    const account = begin(ring, identity, chosen.username);
    if (registration !== null) {
      await act({
        ...registrationWords(t, registration.role, chosen.username),
        run: (report, signal) =>
          register(account.acts, reads, chosen.username, identity.address, registration, report, signal),
      });
      setRegistering(false);
    }
    void navigate("/");
  };

  return (
    <>
      <PageHead
        title={
          keyOnly !== null ? t(`signup.${keyOnly}Title`) : t("signup.as", { role: t(`role.${role ?? "patient"}`) })
        }
        intro={t(`signup.step.${step.type}`)}
      />
      {step.type === "details" && role === "patient" ? (
        <PatientForm onDone={(profile) => setStep({ type: "credentials", registration: { role, profile } })} />
      ) : null}
      {step.type === "details" && role !== undefined && role !== "patient" ? (
        <ProfessionalForm
          role={role}
          onDone={(details, certificate) =>
            setStep({ type: "credentials", registration: { role, details, certificate } })
          }
        />
      ) : null}
      {step.type === "credentials" ? (
        <CredentialsForm taken={taken} onDone={(chosen) => choose(chosen, step.registration)} />
      ) : null}
      {step.type === "phrase" ? (
        <ShowPhrase phrase={step.phrase} onDone={() => setStep({ ...step, type: "confirm" })} />
      ) : null}
      {step.type === "confirm" ? (
        <ConfirmPhrase
          phrase={step.phrase}
          onBack={() => setStep({ ...step, type: "phrase" })}
          onDone={() => finish(step)}
        />
      ) : null}
    </>
  );
}

/** What is said of registering before and after. */
export function registrationWords(t: TFunction, role: Role, username: string) {
  const words = { title: t("signup.registerTitle"), confirm: t("signup.register") };
  return role === "patient"
    ? {
        ...words,
        recorded: t("signup.recordedPatient", { username }),
        stays: t("signup.staysPatient"),
        done: t("signup.donePatient"),
      }
    : {
        ...words,
        recorded: t("signup.recordedProfessional", { username }),
        stays: t("signup.staysProfessional"),
        done: t("signup.doneProfessional"),
      };
}

/**
 * Registers, then encrypts, stores and anchors the profile or certificate. What an earlier attempt did already is left
 * out, so that it can be tried again at any point.
 */
export async function register(
  acts: Acts,
  reads: ReturnType<typeof useConnection>["reads"],
  username: string,
  address: string,
  registration: Registration,
  report: Report,
  signal: AbortSignal,
): Promise<Receipt | null> {
  let member = await reads.member(address);
  let receipt: Receipt | null = null;
  if (member === null) {
    receipt = await acts.register(
      registration.role,
      username,
      registration.role === "patient" ? null : registration.details,
      report,
    );
    member = await reads.member(address);
  }
  if (member === null) {
    throw new Error("the registration is not visible yet; try again");
  }
  if (member.ownRecord !== null) {
    return receipt;
  }
  // What an interrupted try had encrypted already is encrypted afresh.
  await acts.discardUnfinished();
  const upload =
    registration.role === "patient"
      ? await acts.prepare(
          member,
          { patient: member.id, kind: "profile", fills: 0, validUntil: null, amends: null },
          new Blob([]),
          patientResource(registration.profile, member.id),
          report,
          signal,
        )
      : await acts.prepare(
          member,
          { patient: member.id, kind: "certificate", fills: 0, validUntil: null, amends: null },
          registration.certificate,
          documentReference(
            {
              title: registration.certificate.name,
              fileName: registration.certificate.name,
              mediaType: mediaType(registration.certificate),
              clinicalDate: "",
              note: "",
            },
            "certificate",
            member.id,
            member.id,
          ),
          report,
          signal,
        );
  return acts.storeAndAnchor(upload, report, signal);
}

export function PatientForm({
  onDone,
  initial,
  submit,
}: {
  onDone: (profile: PatientProfile) => void;
  initial?: PatientProfile;
  submit?: string;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const { control, handleSubmit } = useForm<PatientProfile>({
    resolver: zodResolver(patientProfile),
    defaultValues: initial ?? { name: "", email: "", bloodGroup: "", address: "" },
  });
  return (
    <Card title={t("signup.aboutYou")}>
      <Notice tone="info" title={t("signup.privateTitle")}>
        {t("signup.privateText")}
      </Notice>
      <form onSubmit={(event) => void handleSubmit(onDone)(event)} noValidate>
        <Stack>
          <FormField control={control} name="name" label={t("profile.name")} autoComplete="name" words={words} />
          <FormField
            control={control}
            name="email"
            label={t("profile.email")}
            type="email"
            optional={t("common.optional")}
            autoComplete="email"
            words={words}
          />
          <FormField
            control={control}
            name="bloodGroup"
            label={t("profile.bloodGroup")}
            optional={t("common.optional")}
            hint={t("profile.bloodGroupHint")}
            words={words}
          />
          <FormField
            control={control}
            name="address"
            label={t("profile.address")}
            optional={t("common.optional")}
            multiline
            autoComplete="street-address"
            words={words}
          />
          <Row justify="end">
            <Button type="submit" look="primary">
              {submit ?? t("common.next")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

/** The fields of a professional's public details. */
export function DetailFields({ role, control }: { role: Role; control: Control<ProfessionalDetails> }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <>
      <FormField
        control={control}
        name="name"
        label={role === "doctor" ? t("details.name") : t("details.institution")}
        words={words}
      />
      {role === "doctor" ? (
        <FormField
          control={control}
          name="speciality"
          label={t("details.speciality")}
          optional={t("common.optional")}
          words={words}
        />
      ) : null}
      <FormField control={control} name="licence" label={t("details.licence")} words={words} />
      <FormField control={control} name="issuer" label={t("details.issuer")} words={words} />
      <FormField
        control={control}
        name="address"
        label={t("details.address")}
        optional={t("common.optional")}
        words={words}
      />
    </>
  );
}

/** The field in which a certificate is chosen, and the certificate, or `null` once it has said what is wrong with it. */
function useCertificate() {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<"none" | "missing" | "large">("none");
  const certificate = (): File | null => {
    const found = file === null ? "missing" : file.size > CERTIFICATE_MAX ? "large" : "none";
    setProblem(found);
    return found === "none" ? file : null;
  };
  const field = (
    <>
      <FileDrop file={file} onFile={setFile} hint={t("signup.certificateHint")} />
      {problem === "none" ? null : (
        <Notice
          tone="bad"
          title={problem === "missing" ? t("signup.certificateMissing") : t("signup.certificateLarge")}
        />
      )}
    </>
  );
  return { certificate, field };
}

/** What a professional owes whose details are registered already. */
export function CertificateForm({ onDone, submit }: { onDone: (certificate: File) => void; submit: string }) {
  const { t } = useTranslation();
  const { certificate, field } = useCertificate();
  const done = () => {
    const chosen = certificate();
    if (chosen !== null) {
      onDone(chosen);
    }
  };
  return (
    <Card title={t("kind.certificate")}>
      {field}
      <Row justify="end">
        <Button look="primary" onPress={done}>
          {submit}
        </Button>
      </Row>
    </Card>
  );
}

export function ProfessionalForm({
  role,
  onDone,
  submit,
}: {
  role: "doctor" | "hospital" | "pharmacy";
  onDone: (details: ProfessionalDetails, certificate: File) => void;
  submit?: string;
}) {
  const { t } = useTranslation();
  const { certificate, field } = useCertificate();
  const { control, handleSubmit } = useForm<ProfessionalDetails>({
    resolver: zodResolver(professionalDetails),
    defaultValues: { name: "", speciality: "", licence: "", issuer: "", address: "" },
  });
  const done = (details: ProfessionalDetails) => {
    const chosen = certificate();
    if (chosen !== null) {
      onDone(details, chosen);
    }
  };
  return (
    <Card title={role === "doctor" ? t("signup.aboutYou") : t("signup.aboutInstitution")}>
      <Notice tone="info" title={t("signup.publicTitle")}>
        {t("signup.publicText")}
      </Notice>
      <form onSubmit={(event) => void handleSubmit(done)(event)} noValidate>
        <Stack>
          <DetailFields role={role} control={control} />
          {field}
          <Row justify="end">
            <Button type="submit" look="primary">
              {submit ?? t("common.next")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

function CredentialsForm({ taken, onDone }: { taken: boolean; onDone: (chosen: Credentials) => Promise<void> }) {
  const { t } = useTranslation();
  const { control, handleSubmit, formState } = useForm<Credentials>({
    resolver: zodResolver(credentials),
    defaultValues: { username: "", password: "", repeat: "" },
  });
  return (
    <Card title={t("signup.credentials")}>
      <form onSubmit={(event) => void handleSubmit(onDone)(event)} noValidate>
        <Stack>
          <CredentialFields control={control} />
          {taken ? <Notice tone="bad" title={t("error.usernameTaken")} /> : null}
          <Row justify="end">
            <Button type="submit" look="primary" isDisabled={formState.isSubmitting}>
              {t("common.next")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

function ConfirmPhrase({
  phrase,
  onBack,
  onDone,
}: {
  phrase: string;
  onBack: () => void;
  onDone: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const words = phrase.split(" ");
  const [asked] = useState(() =>
    words
      .map((_, index) => ({ index, order: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0 }))
      .sort((a, b) => a.order - b.order)
      .slice(0, ASKED)
      .map(({ index }) => index)
      .sort((a, b) => a - b),
  );
  const [answers, setAnswers] = useState<Readonly<Record<number, string>>>({});
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const check = async () => {
    if (asked.every((index) => answers[index]?.trim().toLowerCase() === words[index])) {
      setWrong(false);
      setBusy(true);
      await onDone();
    } else {
      setWrong(true);
    }
  };
  return (
    <Card title={t("signup.confirmTitle")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void check();
        }}
      >
        <Stack>
          {asked.map((index) => (
            <PlainField
              key={index}
              label={t("signup.word", { number: index + 1 })}
              value={answers[index] ?? ""}
              onChange={(value) => setAnswers({ ...answers, [index]: value })}
              autoComplete="off"
            />
          ))}
          {wrong ? <Notice tone="bad" title={t("signup.wordsWrong")} /> : null}
          <Row justify="end">
            <Button onPress={onBack}>{t("common.back")}</Button>
            <Button type="submit" look="primary" isDisabled={busy}>
              {t("signup.finish")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}
