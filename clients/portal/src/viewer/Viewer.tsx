import { type FormEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { Button, Card, Loading, Notice, PageHead, Row, Stack } from "../ui/basics";
import { Preview } from "../ui/Preview";
import { PlainField } from "../ui/fields";
import { Mark } from "../ui/Mark";
import styles from "../ui/Shell.module.css";
import { open, parse, Refused, type Refusal, type SharedDocument, type Shlink } from "./shlink";
import { language, words } from "./words";

type State =
  | { readonly step: "ask"; readonly refusal?: Refusal }
  | { readonly step: "opening" }
  | { readonly step: "shown"; readonly documents: readonly SharedDocument[] };

/** Opens the link that the page was called with, for people without software of their own. */
export function Viewer({ text }: { text: string }) {
  const link = useMemo(() => linkIn(text), [text]);
  const [state, setState] = useState<State>({ step: "ask" });
  const [recipient, setRecipient] = useState("");
  const [passcode, setPasscode] = useState("");
  if (link === undefined) {
    return (
      <Page>
        <Notice tone="bad" title={words.malformed} />
      </Page>
    );
  }
  const refused = state.step === "ask" ? state.refusal : undefined;
  const needsPasscode = link.flags.includes("P");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState({ step: "opening" });
    try {
      const documents = await open(link, recipient.trim(), needsPasscode ? passcode : undefined);
      setState({ step: "shown", documents });
    } catch (error) {
      setState({ step: "ask", refusal: error instanceof Refused ? error.refusal : { reason: "unreadable" } });
    }
  };
  return (
    <Page label={link.label}>
      {refused?.reason === "inactive" ? null : <Remaining link={link} />}
      {state.step === "shown" ? (
        state.documents.map((document, index) => <Shown key={index} document={document} />)
      ) : (
        <Card>
          <form onSubmit={(event) => void submit(event)}>
            <Stack>
              {refused === undefined ? null : <Notice tone="bad" title={said(refused)} />}
              <PlainField label={words.name} hint={words.nameHint} value={recipient} onChange={setRecipient} />
              {needsPasscode ? (
                <PlainField label={words.passcode} type="password" value={passcode} onChange={setPasscode} />
              ) : null}
              {state.step === "opening" ? (
                <Loading label={words.opening} />
              ) : (
                <Button look="primary" type="submit" isDisabled={recipient.trim() === ""}>
                  {words.open}
                </Button>
              )}
            </Stack>
          </form>
        </Card>
      )}
    </Page>
  );
}

function Page({ label, children }: { label?: string | undefined; children: ReactNode }) {
  return (
    <>
      <header className={styles.top}>
        <span className={styles.brand}>
          <Mark />
          <span>MedChain</span>
        </span>
      </header>
      <main style={{ maxWidth: "60rem", margin: "0 auto", padding: "1.5rem" }}>
        <Stack gap="loose">
          <PageHead title={label ?? words.title} intro={words.intro} />
          {children}
        </Stack>
      </main>
    </>
  );
}

function Shown({ document: shared }: { document: SharedDocument }) {
  const address = useMemo(() => URL.createObjectURL(shared.content), [shared.content]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const title = shared.record === undefined ? shared.name : words.record(shared.record);
  const preview = { ...words.preview, title: `${words.preview.title}: ${title}` };
  const download = () => {
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = shared.name;
    anchor.click();
  };
  return (
    <Card title={title}>
      <Preview document={shared.content} mediaType={shared.mediaType} words={preview} />
      <Row justify="end">
        <Button onPress={download}>{words.download}</Button>
      </Row>
    </Card>
  );
}

/** How long the link remains, counted down. */
function Remaining({ link }: { link: Shlink }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (link.endsAt === undefined) {
    return null;
  }
  const left = link.endsAt - now;
  return <Notice tone={left > 0 ? "info" : "warn"} title={left > 0 ? words.remains(span(left)) : words.ended} />;
}

function span(ms: number): string {
  const minutes = ms / 60_000;
  const [value, unit] =
    minutes >= 2880 ? [minutes / 1440, "day"] : minutes >= 120 ? [minutes / 60, "hour"] : [Math.max(1, minutes), "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit: String(unit), unitDisplay: "long" }).format(
    Math.floor(Number(value)),
  );
}

function said(refusal: Refusal): string {
  switch (refusal.reason) {
    case "passcode":
      return words.wrongPasscode(refusal.left);
    case "busy":
      return words.busy(refusal.seconds);
    default:
      return words[refusal.reason];
  }
}

function linkIn(text: string): Shlink | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Refused) {
      return undefined;
    }
    throw error;
  }
}
