import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { createHashRouter, Navigate, Outlet, RouterProvider, useLocation } from "react-router";
import type { NodeSettings } from "./chain/acts";
import { LANGUAGES, speak } from "./i18n";
import { explained } from "./i18n/failure";
import { type Arrival, useArrivals } from "./inbox/arrivals";
import { StandingNotice } from "./institution/StandingNotice";
import { ConnectionProvider, useConnectionStatus } from "./session/Connection";
import { SessionProvider, useSession, useStaff } from "./session/Session";
import type { Before } from "./signin/attempt";
import { SignIn } from "./signin/SignIn";
import { Welcome } from "./signin/Welcome";
import { ActProvider, type ActWords } from "./ui/Act";
import { Button, ButtonLink, Loading, Notice, PageHead, Row } from "./ui/basics";
import { type NavItem, Shell } from "./ui/Shell";

const SignUp = lazy(() => import("./signup/SignUp").then((module) => ({ default: module.SignUp })));
const ChooseRole = lazy(() => import("./signup/SignUp").then((module) => ({ default: module.ChooseRole })));
const Finish = lazy(() => import("./signup/Finish").then((module) => ({ default: module.Finish })));
const Moved = lazy(() => import("./session/Moved").then((module) => ({ default: module.Moved })));
const AccountPage = lazy(() => import("./session/AccountPage").then((module) => ({ default: module.AccountPage })));
const PatientHome = lazy(() => import("./patient/Home").then((module) => ({ default: module.PatientHome })));
const Doctors = lazy(() => import("./patient/Doctors").then((module) => ({ default: module.Doctors })));
const DoctorPage = lazy(() => import("./patient/Doctors").then((module) => ({ default: module.DoctorPage })));
const PatientAppointments = lazy(() =>
  import("./patient/Appointments").then((module) => ({ default: module.PatientAppointments })),
);
const PatientRecordList = lazy(() =>
  import("./patient/Records").then((module) => ({ default: module.PatientRecordList })),
);
const PatientRecord = lazy(() => import("./patient/Records").then((module) => ({ default: module.PatientRecord })));
const Grants = lazy(() => import("./patient/Grants").then((module) => ({ default: module.Grants })));
const Links = lazy(() => import("./patient/Links").then((module) => ({ default: module.Links })));
const NewLink = lazy(() => import("./patient/Links").then((module) => ({ default: module.NewLink })));
const Guardians = lazy(() => import("./patient/Guardians").then((module) => ({ default: module.Guardians })));
const Ward = lazy(() => import("./patient/Ward").then((module) => ({ default: module.Ward })));
const ReadLog = lazy(() => import("./patient/ReadLog").then((module) => ({ default: module.ReadLog })));
const ProfilePage = lazy(() => import("./patient/ProfilePage").then((module) => ({ default: module.ProfilePage })));
const Inbox = lazy(() => import("./inbox/Inbox").then((module) => ({ default: module.Inbox })));
const DoctorHome = lazy(() => import("./doctor/Home").then((module) => ({ default: module.DoctorHome })));
const DoctorAppointments = lazy(() =>
  import("./doctor/Appointments").then((module) => ({ default: module.DoctorAppointments })),
);
const SchedulePage = lazy(() => import("./doctor/SchedulePage").then((module) => ({ default: module.SchedulePage })));
const DoctorPatients = lazy(() => import("./doctor/Patients").then((module) => ({ default: module.DoctorPatients })));
const PatientRecords = lazy(() =>
  import("./records/PatientRecords").then((module) => ({ default: module.PatientRecords })),
);
const SharedWithMe = lazy(() => import("./records/SharedWithMe").then((module) => ({ default: module.SharedWithMe })));
const SharedRecord = lazy(() => import("./records/SharedWithMe").then((module) => ({ default: module.SharedRecord })));
const InstitutionHome = lazy(() =>
  import("./institution/Patients").then((module) => ({ default: module.InstitutionHome })),
);
const InstitutionPatients = lazy(() =>
  import("./institution/Patients").then((module) => ({ default: module.InstitutionPatients })),
);
const Standing = lazy(() => import("./institution/Standing").then((module) => ({ default: module.Standing })));
const StaffPage = lazy(() => import("./institution/Staff").then((module) => ({ default: module.StaffPage })));
const EmergencyRecord = lazy(() =>
  import("./doctor/EmergencyPage").then((module) => ({ default: module.EmergencyRecord })),
);
const Emergency = lazy(() => import("./patient/Emergency").then((module) => ({ default: module.Emergency })));
const RecoveryPage = lazy(() => import("./recovery/RecoveryPage").then((module) => ({ default: module.RecoveryPage })));
const RecoveryWarning = lazy(() =>
  import("./recovery/RecoveryWarning").then((module) => ({ default: module.RecoveryWarning })),
);
const Waiting = lazy(() => import("./administrator/Waiting").then((module) => ({ default: module.Waiting })));
const Register = lazy(() => import("./administrator/Waiting").then((module) => ({ default: module.Register })));
const Reviews = lazy(() => import("./administrator/Reviews").then((module) => ({ default: module.Reviews })));
const Examine = lazy(() => import("./administrator/Waiting").then((module) => ({ default: module.Examine })));

/** What the signed-in account is, for pages and navigation. */
type Kind =
  | "nobody"
  | "stranger"
  | "moved"
  | "incomplete"
  | "patient"
  | "doctor"
  | "institution"
  | "staff"
  | "inactive"
  | "administrator";

function useKind(): Kind | "loading" {
  const { account, standing } = useSession();
  if (account === null) {
    return "nobody";
  }
  if (standing.type !== "ready") {
    return "loading";
  }
  const { value } = standing;
  if (value.type !== "member") {
    return value.type;
  }
  const { role, status, ownRecord } = value.member;
  if (value.staff !== null) {
    return status === "active" ? "staff" : "inactive";
  }
  if (role === "patient") {
    return ownRecord === null ? "incomplete" : "patient";
  }
  if (ownRecord === null && status !== "suspended") {
    return "incomplete";
  }
  if (status !== "active") {
    return "inactive";
  }
  return role === "doctor" ? "doctor" : "institution";
}

const PAGES: Record<Kind, Readonly<Record<string, ReactNode>>> = {
  nobody: { "": <Welcome />, signin: <SignIn />, signup: <ChooseRole />, "signup/:role": <SignUp /> },
  stranger: { "": <Finish known={null} />, account: <AccountPage /> },
  moved: { "": <Moved />, account: <AccountPage /> },
  incomplete: { "": <FinishMember />, account: <AccountPage /> },
  patient: {
    "": <PatientHome />,
    doctors: <Doctors />,
    "doctors/:id": <DoctorPage />,
    appointments: <PatientAppointments />,
    records: <PatientRecordList />,
    "records/:id": <PatientRecord />,
    inbox: <Inbox />,
    grants: <Grants />,
    links: <Links />,
    "links/new": <NewLink />,
    emergency: <Emergency />,
    guardians: <Guardians />,
    recovery: <RecoveryPage />,
    "wards/:id": <Ward />,
    "shared/:id": <SharedRecord />,
    log: <ReadLog />,
    profile: <ProfilePage />,
    account: <AccountPage />,
  },
  doctor: {
    "": <DoctorHome />,
    appointments: <DoctorAppointments />,
    schedule: <SchedulePage />,
    recovery: <RecoveryPage />,
    patients: <DoctorPatients />,
    "patients/:id": <PatientRecords />,
    shared: <SharedWithMe />,
    "shared/:id": <SharedRecord />,
    "emergency/:id": <EmergencyRecord />,
    profile: <Standing />,
    account: <AccountPage />,
  },
  institution: {
    "": <InstitutionHome />,
    patients: <InstitutionPatients />,
    "patients/:id": <PatientRecords />,
    shared: <SharedWithMe />,
    "shared/:id": <SharedRecord />,
    staff: <StaffPage />,
    recovery: <RecoveryPage />,
    profile: <Standing />,
    account: <AccountPage />,
  },
  staff: {
    "": <InstitutionHome />,
    patients: <InstitutionPatients />,
    "patients/:id": <PatientRecords />,
    shared: <SharedWithMe />,
    "shared/:id": <SharedRecord />,
    account: <AccountPage />,
  },
  inactive: { "": <Standing />, account: <AccountPage /> },
  administrator: {
    "": <Waiting />,
    members: <Register />,
    reviews: <Reviews />,
    "members/:id": <Examine />,
    account: <AccountPage />,
  },
};

const PATHS = [...new Set(Object.values(PAGES).flatMap((pages) => Object.keys(pages)))];

/** The page of a path for whoever is signed in; the first page where it has none. */
function Page({ path }: { path: string }) {
  const { t } = useTranslation();
  const kind = useKind();
  const { standing, left, registering } = useSession();
  const { pathname } = useLocation();
  if (kind === "loading") {
    return standing.type === "failed" ? (
      <Notice tone="bad" title={t("common.notLoaded")} />
    ) : (
      <Loading label={t("common.loading")} />
    );
  }
  const page = PAGES[kind][path];
  if (page !== undefined && registering && (kind === "stranger" || kind === "incomplete")) {
    return <PageHead title={t("signup.registerTitle")} intro={t("signup.step.register")} />;
  }
  if (page !== undefined) {
    return page;
  }
  if (kind !== "nobody" || path === "") {
    return <Navigate to="/" replace />;
  }
  // After a reload, or after idling, signing in leads back to where one was.
  const before: Before | null = left ? null : { from: pathname };
  return <Navigate to="/signin" replace state={before} />;
}

function FinishMember() {
  const { standing } = useSession();
  return standing.type === "ready" && standing.value.type === "member" ? (
    <>
      {standing.value.member.role === "patient" ? null : <StandingNotice />}
      <Finish known={standing.value.member} />
    </>
  ) : null;
}

function useNav(kind: Kind | "loading", waiting: number): readonly NavItem[] {
  const { t } = useTranslation();
  const { registering } = useSession();
  const item = (path: string, label: string): NavItem => ({ to: `/${path}`, label });
  const account = item("account", t("nav.account"));
  switch (kind) {
    case "patient":
      return [
        item("", t("nav.home")),
        { ...item("inbox", t("nav.inbox")), count: waiting, countLabel: t("nav.waiting", { count: waiting }) },
        item("records", t("nav.records")),
        item("appointments", t("nav.appointments")),
        item("doctors", t("nav.doctors")),
        item("grants", t("nav.grants")),
        item("links", t("nav.links")),
        item("log", t("nav.log")),
        { ...item("guardians", t("nav.guardians")), also: ["/wards", "/shared", "/recovery"] },
        item("emergency", t("nav.emergency")),
        item("profile", t("nav.profile")),
        account,
      ];
    case "doctor":
      return [
        item("", t("nav.home")),
        item("appointments", t("nav.appointments")),
        item("schedule", t("nav.schedule")),
        { ...item("patients", t("nav.patients")), also: ["/emergency"] },
        item("shared", t("nav.sharedWithMe")),
        item("profile", t("nav.standing")),
        { ...account, also: ["/recovery"] },
      ];
    case "institution":
      return [
        { ...item("", t("nav.patients")), also: ["/patients"] },
        item("shared", t("nav.shared")),
        item("staff", t("nav.staff")),
        item("profile", t("nav.standing")),
        { ...account, also: ["/recovery"] },
      ];
    case "staff":
      return [
        { ...item("", t("nav.patients")), also: ["/patients"] },
        item("shared", t("nav.shared")),
        account,
      ];
    case "inactive":
      return [item("", t("nav.standing")), account];
    case "administrator":
      return [
        item("", t("nav.waitingProfessionals")),
        item("members", t("nav.register")),
        item("reviews", t("nav.reviews")),
        account,
      ];
    case "moved":
      return [item("", t("nav.home")), account];
    case "stranger":
    case "incomplete":
      return registering ? [] : [item("", t("nav.finish")), account];
    default:
      return [];
  }
}

function Arrivals({ onCount, onArrival }: { onCount: (count: number) => void; onArrival: (arrival: Arrival) => void }) {
  const count = useArrivals(onArrival);
  onCount(count);
  return null;
}

/** How many news stand above a page at once; the oldest give way. */
const ARRIVALS_SHOWN = 4;

function Frame() {
  const { t, i18n } = useTranslation();
  const { account, standing, signOut } = useSession();
  const kind = useKind();
  const connection = useConnectionStatus();
  const [waiting, setWaiting] = useState(0);
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([]);
  const nav = useNav(kind, waiting);
  const onArrival = useCallback(
    (news: Arrival) =>
      setArrivals((all) => [...all.filter((one) => one.text !== news.text), news].slice(-ARRIVALS_SHOWN)),
    [],
  );
  const onCount = useCallback(
    (count: number) =>
      queueMicrotask(() => {
        setWaiting(count);
        if (count === 0) {
          setArrivals((all) => (all.some((one) => one.of === "requests") ? all.filter((one) => one.of !== "requests") : all));
        }
      }),
    [],
  );
  const member = standing.type === "ready" && standing.value.type === "member" ? standing.value.member : null;
  const staff = useStaff();
  // The page of requests shows them itself.
  const { pathname } = useLocation();
  const seesRequests = pathname === "/inbox";
  useEffect(() => {
    if (seesRequests) {
      setArrivals((all) => all.filter((one) => one.of !== "requests"));
    }
  }, [seesRequests]);
  const other = LANGUAGES.find((language) => language !== i18n.language) ?? "en";
  return (
    <Shell
      nav={nav}
      who={
        account === null
          ? null
          : {
              name: member?.details?.name ?? account.name,
              role:
                member === null
                  ? kind === "administrator"
                    ? t("role.administrator")
                    : ""
                  : t(staff === null ? "member.roleAndNumber" : "member.staffOf", {
                      role: t(`role.${member.role}`),
                      id: member.id,
                    }),
            }
      }
      banner={connection === "lost" ? t("connection.lost") : null}
      words={{
        skip: t("shell.skip"),
        navigation: t("shell.navigation"),
        home: t("shell.home"),
        footer: t("shell.footer"),
      }}
      tools={
        <>
          <Button small look="quiet" onPress={() => void speak(other)}>
            <span lang={other}>{t(`language.to.${other}`)}</span>
          </Button>
          {account === null ? null : (
            <Button
              small
              onPress={() => {
                setArrivals([]);
                signOut();
              }}
            >
              {t("shell.signOut")}
            </Button>
          )}
        </>
      }
    >
      {kind === "patient" ? <Arrivals onCount={onCount} onArrival={onArrival} /> : null}
      {kind === "patient" || kind === "doctor" || kind === "institution" ? (
        <Suspense fallback={null}>
          <RecoveryWarning />
        </Suspense>
      ) : null}
      {arrivals.map((one) => (
        <Notice key={one.text} tone="warn" title={one.text}>
          <Row>
            {one.of === "requests" && !seesRequests ? (
              <ButtonLink small look="primary" to="/inbox">
                {t("home.answer")}
              </ButtonLink>
            ) : null}
            <Button small onPress={() => setArrivals((all) => all.filter((other) => other !== one))}>
              {t("common.close")}
            </Button>
          </Row>
        </Notice>
      ))}
      <Suspense fallback={<Loading label={t("common.loading")} />}>
        <Outlet />
      </Suspense>
    </Shell>
  );
}

function WithActs({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const words = useMemo<ActWords>(
    () => ({
      recorded: t("act.recorded"),
      stays: t("act.stays"),
      cancel: t("common.cancel"),
      close: t("common.close"),
      retry: t("act.retry"),
      stop: t("act.stop"),
      failed: t("act.failed"),
      details: t("act.details"),
      block: t("act.block"),
      blockHash: t("act.blockHash"),
      extrinsic: t("act.extrinsic"),
      steps: {
        preparing: t("act.preparing"),
        signing: t("act.signing"),
        broadcast: t("act.broadcast"),
        inBlock: t("act.inBlock"),
        finalized: t("act.finalized"),
      },
      step: (step) => String(t(`step.${step}` as never)),
      explain: explained,
    }),
    [t],
  );
  return <ActProvider words={words}>{children}</ActProvider>;
}

/** What is left when a page of ours fails: keys stay where they are, and nothing was sent. */
function Broken() {
  const { t } = useTranslation();
  return (
    <main>
      <Notice tone="bad" title={t("common.broken")}>
        <Button onPress={() => location.reload()}>{t("common.reload")}</Button>
      </Notice>
    </main>
  );
}

const router = createHashRouter([
  {
    element: (
      <WithActs>
        <Frame />
      </WithActs>
    ),
    errorElement: <Broken />,
    children: [
      ...PATHS.map((path) =>
        path === "" ? { index: true as const, element: <Page path="" /> } : { path, element: <Page path={path} /> },
      ),
      { path: "*", element: <Navigate to="/" replace /> },
    ],
  },
]);

export function App({ node }: { node: NodeSettings }) {
  return (
    <ConnectionProvider node={node}>
      <SessionProvider>
        <RouterProvider router={router} />
      </SessionProvider>
    </ConnectionProvider>
  );
}
