import { useState } from "react";
import { useTranslation } from "react-i18next";
import { explained } from "../i18n/failure";
import { keystores } from "../keyring/database";
import { forgetAccount } from "../keyring/forgetting";
import { Phrase } from "../signup/Phrase";
import { Button, ButtonLink, Card, Facts, Notice, PageHead, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { save } from "../ui/save";
import { KeyCard } from "./KeyCard";
import { LeaveStaff } from "./LeaveStaff";
import { OtherDevice } from "./OtherDevice";
import { useAccount, useSession, useStaff } from "./Session";

type Shown =
  | { readonly type: "none" }
  | { readonly type: "phrase"; readonly phrase: string }
  | { readonly type: "failed"; readonly reason: string };

/** "Get my key": the phrase again, or the keystore as a file; and forgetting the account in this browser. */
export function AccountPage() {
  const { t } = useTranslation();
  const { name, identity, keyring } = useAccount();
  const { signOut, standing } = useSession();
  const staff = useStaff();
  const isOwnMember =
    standing.type === "ready" && standing.value.type === "member" && standing.value.staff === null;
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState<Shown>({ type: "none" });
  const [removing, setRemoving] = useState(false);
  const [notForgotten, setNotForgotten] = useState<string | null>(null);

  const withKeystore = async (proceed: (file: Uint8Array<ArrayBuffer>) => Promise<void>) => {
    try {
      const stored = await keystores.get(name);
      if (stored === undefined) {
        setShown({ type: "failed", reason: t("account.notKept") });
        return;
      }
      await proceed(stored.file);
    } catch (error) {
      setShown({ type: "failed", reason: explained(error).reason });
    }
  };

  const forget = async () => {
    try {
      await forgetAccount(identity.address);
      signOut();
    } catch (error) {
      setNotForgotten(explained(error).reason);
    }
  };

  return (
    <>
      <PageHead title={t("account.title")} intro={t("account.intro")} />
      <Card title={t("account.who")}>
        <Facts
          facts={[
            [t("signup.username"), name],
            [t("account.address"), <code key="address">{identity.address}</code>],
          ]}
        />
      </Card>
      <Card title={t("account.key")}>
        <p>{identity.wallet === null ? t("account.keyText") : t("wallet.keyText", { wallet: identity.wallet })}</p>
        <form onSubmit={(event) => event.preventDefault()}>
          <Stack>
            <input type="text" name="username" value={name} autoComplete="username" readOnly hidden />
            <PlainField
              label={t("signup.password")}
              value={password}
              onChange={setPassword}
              type="password"
              autoComplete="current-password"
            />
          </Stack>
        </form>
        <Row>
          <Button
            onPress={() =>
              void withKeystore(async (file) =>
                setShown({ type: "phrase", phrase: await keyring.run("reveal", { file, password }) }),
              )
            }
          >
            {t("account.showPhrase")}
          </Button>
          <Button
            onPress={() =>
              void withKeystore(async (file) => {
                await keyring.run("reveal", { file, password });
                save(file, `${name}.${identity.address}.age`, "application/octet-stream");
              })
            }
          >
            {t("account.saveKeystore")}
          </Button>
          {identity.wallet === null ? (
          <Button
            onPress={() =>
              void withKeystore(async (file) =>
                save(
                  await keyring.run("polkadotJsFile", { file, name, password }),
                  `${identity.address}.json`,
                  "application/json",
                ),
              )
            }
          >
            {t("account.savePolkadotJs")}
          </Button>
          ) : null}
        </Row>
        {shown.type === "failed" ? <Notice tone="bad" title={shown.reason} /> : null}
        {shown.type === "phrase" ? (
          <>
            <Notice tone="warn" title={t("signup.phraseWarning")}>
              {t("signup.phraseText")}
            </Notice>
            <Phrase phrase={shown.phrase} label={t("signup.phraseTitle")} />
            <Row justify="end">
              <Button onPress={() => setShown({ type: "none" })}>{t("account.hidePhrase")}</Button>
            </Row>
          </>
        ) : null}
      </Card>
      {isOwnMember ? <KeyCard /> : null}
      {isOwnMember ? (
        <Card title={t("recovery.pageTitle")}>
          <p>{t("recovery.pageIntro")}</p>
          <Row>
            <ButtonLink to="/recovery">{t("recovery.go")}</ButtonLink>
          </Row>
        </Card>
      ) : null}
      {staff === null ? null : <LeaveStaff staff={staff} />}
      <OtherDevice
        check={(proceed) =>
          withKeystore(async (file) => {
            await keyring.run("reveal", { file, password });
            await proceed();
          })
        }
      />
      <Card title={t("account.forget")}>
        <p>{t("account.forgetText")}</p>
        {notForgotten === null ? null : <Notice tone="bad" title={notForgotten} />}
        {removing ? (
          <Row>
            <Button look="danger" onPress={() => void forget()}>
              {t("account.forgetSure")}
            </Button>
            <Button onPress={() => setRemoving(false)}>{t("common.cancel")}</Button>
          </Row>
        ) : (
          <Row>
            <Button look="danger" onPress={() => setRemoving(true)}>
              {t("account.forget")}
            </Button>
          </Row>
        )}
      </Card>
    </>
  );
}
