import { lazy, Suspense, useEffect, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { keystores, likeliest, type StoredKeystore } from "../keyring/database";
import { useConnection } from "../session/Connection";
import { keep, useSession } from "../session/Session";
import { Button, Card, Loading, Notice, PageHead, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { KeepFields, useAttempt, useKeeping } from "./attempt";

const ByCode = lazy(() => import("./ByCode").then((module) => ({ default: module.ByCode })));
const ByWallet = lazy(() => import("./ByWallet").then((module) => ({ default: module.ByWallet })));

const WAYS = ["password", "phrase", "file", "code", "wallet"] as const;
type Way = (typeof WAYS)[number];

/**
 * Signing in: by username and password where this browser has the keystore; anywhere by phrase, keystore file, what
 * another device shows, or an account in a wallet.
 */
export function SignIn() {
  const { t } = useTranslation();
  const { idled } = useSession();
  const [way, setWay] = useState<Way>("password");
  return (
    <>
      <PageHead title={t("signin.title")} intro={t("signin.intro")} />
      {idled ? <Notice tone="info" title={t("signin.idled")} /> : null}
      <Row>
        {WAYS.map((one) => (
          <Button
            key={one}
            small
            look={way === one ? "primary" : "secondary"}
            onPress={() => setWay(one)}
            aria-pressed={way === one}
          >
            {t(`signin.by.${one}`)}
          </Button>
        ))}
      </Row>
      {way === "password" ? <ByPassword /> : null}
      {way === "phrase" ? <ByPhrase /> : null}
      {way === "file" ? <ByFile /> : null}
      <Suspense fallback={<Loading label={t("common.loading")} />}>
        {way === "code" ? <ByCode /> : null}
        {way === "wallet" ? <ByWallet /> : null}
      </Suspense>
      <p>
        <Link to="/signup">{t("signin.signup")}</Link>
      </p>
    </>
  );
}

function ByPassword() {
  const { t } = useTranslation();
  const { attempt, failure, setFailure, busy } = useAttempt();
  /** The keys in this browser; the form waits for them, so that a name that is filled in meets no typing. */
  const [known, setKnown] = useState<readonly StoredKeystore[] | null>(null);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  useEffect(() => {
    void keystores
      .all()
      .catch(() => [])
      .then((all) => {
        setUsername(likeliest(all)?.username ?? "");
        setKnown(all);
      });
  }, []);
  const submit = async () => {
    const stored = await keystores.get(username.trim());
    if (stored === undefined) {
      setFailure(t("signin.unknownHere", { username: username.trim() }));
      return;
    }
    await attempt((keyring) => keyring.run("unlock", { file: stored.file, password }));
  };
  if (known === null) {
    return null;
  }
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          <PlainField
            label={t("signup.username")}
            value={username}
            onChange={setUsername}
            autoComplete="username"
            {...(known.length > 1
              ? { hint: t("signin.known", { names: known.map((one) => one.username).join(", ") }) }
              : {})}
          />
          <PlainField
            label={t("signup.password")}
            value={password}
            onChange={setPassword}
            type="password"
            autoComplete="current-password"
          />
          {failure === null ? null : <Notice tone="bad" title={failure} />}
          <Row justify="end">
            <Button type="submit" look="primary" isDisabled={busy}>
              {busy ? t("signin.opening") : t("signin.submit")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

function ByPhrase() {
  const { t } = useTranslation();
  const { attempt, failure, busy } = useAttempt();
  const keeping = useKeeping();
  const [phrase, setPhrase] = useState("");
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (!keeping.weak) {
      await attempt(async (keyring) => keeping.finish(keyring, await keyring.run("usePhrase", { phrase }), ""));
    }
  };
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          <PlainField
            label={t("signin.phrase")}
            value={phrase}
            onChange={setPhrase}
            hint={t("signin.phraseHint")}
            autoComplete="off"
            multiline
          />
          <KeepFields keeping={keeping} failed={tried} />
          {failure === null ? null : <Notice tone="bad" title={failure} />}
          <Row justify="end">
            <Button type="submit" look="primary" isDisabled={busy}>
              {busy ? t("signin.opening") : t("signin.submit")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

function ByFile() {
  const { t } = useTranslation();
  const { attempt, failure, setFailure, busy } = useAttempt();
  const { reads } = useConnection();
  const [file, setFile] = useState<File | null>(null);
  const [password, setPassword] = useState("");
  const submit = async () => {
    if (file === null) {
      setFailure(t("signin.noFile"));
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    await attempt(async (keyring) => {
      const { identity, name } = await keyring.run("unlock", { file: bytes, password });
      const username = (await reads.member(identity.address))?.username ?? name;
      await keep(keyring, identity, username, password);
      return { identity, name: username };
    });
  };
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          <Row>
            <FileTrigger onSelect={(list) => setFile(list?.item(0) ?? null)}>
              <Button>{t("signin.chooseFile")}</Button>
            </FileTrigger>
            <span>{file?.name ?? t("signin.noFileYet")}</span>
          </Row>
          <PlainField
            label={t("signin.filePassword")}
            value={password}
            onChange={setPassword}
            type="password"
            autoComplete="current-password"
          />
          {failure === null ? null : <Notice tone="bad" title={failure} />}
          <Row justify="end">
            <Button type="submit" look="primary" isDisabled={busy}>
              {busy ? t("signin.opening") : t("signin.submit")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}
