import { useState } from "react";
import { useTranslation } from "react-i18next";
import { explained } from "../i18n/failure";
import { keystores, type StoredKeystore } from "../keyring/database";
import { Keyring } from "../keyring/keyring";
import { type WalletAccount, walletAccounts, wallets } from "../keyring/wallet";
import { equal, fromHex } from "../sealing/encoding";
import { useConnection } from "../session/Connection";
import { ShowPhrase } from "../signup/Phrase";
import { Button, Card, Notice, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { KeepFields, useAttempt, useKeeping } from "./attempt";

/** What this browser and the chain know of a wallet's account, which says what is missing to sign in with it. */
type Known =
  | { readonly type: "kept"; readonly account: WalletAccount; readonly keystore: StoredKeystore }
  | { readonly type: "member"; readonly account: WalletAccount; readonly encryptionKey: string | null }
  | { readonly type: "new"; readonly account: WalletAccount; readonly words: string | null };

/** Signing in, or up, with an account whose signing key stays in a wallet; the encryption key is one of our own. */
export function ByWallet() {
  const { t } = useTranslation();
  const { reads } = useConnection();
  const [accounts, setAccounts] = useState<readonly WalletAccount[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [known, setKnown] = useState<Known | null>(null);

  const guarded = async (act: () => Promise<void>) => {
    setFailure(null);
    try {
      await act();
    } catch (error) {
      setFailure(explained(error).reason);
    }
  };
  const choose = (account: WalletAccount) =>
    guarded(async () => {
      const keystore = (await keystores.all()).find(({ address }) => address === account.address);
      if (keystore !== undefined) {
        setKnown({ type: "kept", account, keystore });
        return;
      }
      const [member, administrators] = await Promise.all([reads.member(account.address), reads.administrators()]);
      const administrator = administrators.find((one) => one.account === account.address);
      const encryptionKey = member?.encryptionKey ?? administrator?.encryptionKey ?? null;
      setKnown(
        encryptionKey === null
          ? { type: "new", account, words: null }
          : { type: "member", account, encryptionKey: (member?.keyVersion ?? 1) === 1 ? encryptionKey : null },
      );
    });

  if (known?.type === "new" && known.words === null) {
    return <NewKey onWords={(words) => setKnown({ ...known, words })} />;
  }
  if (known !== null) {
    return <Open known={known} onBack={() => setKnown(null)} />;
  }
  const present = wallets();
  return (
    <Card title={t("wallet.title")}>
      <p>{t("wallet.intro")}</p>
      {present.length === 0 ? <Notice tone="info" title={t("wallet.none")} /> : null}
      {accounts.length === 0 ? (
        <Row>
          {present.map((wallet) => (
            <Button
              key={wallet}
              onPress={() =>
                void guarded(async () => {
                  const found = await walletAccounts(wallet);
                  setAccounts(found);
                  if (found.length === 0) {
                    setFailure(t("wallet.noAccounts"));
                  }
                })
              }
            >
              {t("wallet.connect", { wallet })}
            </Button>
          ))}
        </Row>
      ) : (
        <List items={accounts} keyOf={(one) => one.address} label={t("wallet.accounts")}>
          {(one) => (
            <ListItem
              title={one.name === "" ? one.address.slice(0, 8) : one.name}
              actions={
                <Button small look="primary" onPress={() => void choose(one)}>
                  {t("wallet.choose")}
                </Button>
              }
            >
              <code>{one.address}</code>
            </ListItem>
          )}
        </List>
      )}
      {failure === null ? null : <Notice tone="bad" title={failure} />}
    </Card>
  );
}

/** Makes the encryption key of an account that has none, and shows its words once. */
function NewKey({ onWords }: { onWords: (words: string) => void }) {
  const { t } = useTranslation();
  const [words, setWords] = useState<string | null>(null);
  const make = async () => {
    const keyring = new Keyring();
    setWords(await keyring.run("newWords", null));
    keyring.end();
  };
  return words === null ? (
    <Card title={t("wallet.newTitle")}>
      <p>{t("wallet.newText")}</p>
      <Row justify="end">
        <Button look="primary" onPress={() => void make()}>
          {t("common.next")}
        </Button>
      </Row>
    </Card>
  ) : (
    <ShowPhrase phrase={words} onDone={() => onWords(words)} />
  );
}

/** Opens the encryption key: with the password where it is kept, with its words elsewhere. */
function Open({ known, onBack }: { known: Known; onBack: () => void }) {
  const { t } = useTranslation();
  const { attempt, failure, setFailure, busy } = useAttempt();
  const keeping = useKeeping();
  const [password, setPassword] = useState("");
  const [words, setWords] = useState("");
  const [tried, setTried] = useState(false);
  const { account } = known;
  const submit = async () => {
    setTried(true);
    if (known.type === "kept") {
      await attempt((keyring) => keyring.run("unlock", { file: known.keystore.file, password }));
      return;
    }
    if (keeping.weak) {
      return;
    }
    const { wallet, address } = account;
    await attempt(async (keyring) => {
      const identity = await keyring.run("useWallet", {
        wallet,
        address,
        words: known.type === "new" ? (known.words ?? "") : words,
      });
      if (known.type === "member" && known.encryptionKey !== null) {
        if (!equal(identity.encryptionKey, fromHex(known.encryptionKey))) {
          throw new OtherKeyError();
        }
      }
      return keeping.finish(keyring, identity, account.name.toLowerCase());
    });
  };
  return (
    <Card title={account.name === "" ? account.address : account.name}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setFailure(null);
          void submit();
        }}
      >
        <Stack>
          {known.type === "kept" ? (
            <PlainField
              label={t("signup.password")}
              value={password}
              onChange={setPassword}
              type="password"
              autoComplete="current-password"
              hint={t("wallet.passwordHint")}
            />
          ) : null}
          {known.type === "member" ? (
            <PlainField
              label={t("wallet.words")}
              value={words}
              onChange={setWords}
              hint={t("wallet.wordsHint")}
              autoComplete="off"
              multiline
            />
          ) : null}
          {known.type === "kept" ? null : <KeepFields keeping={keeping} failed={tried} />}
          {failure === null ? null : <Notice tone="bad" title={failure} />}
          <Row justify="end">
            <Button onPress={onBack}>{t("common.back")}</Button>
            <Button type="submit" look="primary" isDisabled={busy}>
              {busy ? t("signin.opening") : t("signin.submit")}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}

/** Words of another key than the one that the chain knows. */
class OtherKeyError extends Error {
  constructor() {
    super("these words are of another encryption key");
    this.name = "OtherKeyError";
  }
}
