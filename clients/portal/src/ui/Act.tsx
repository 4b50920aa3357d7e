import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { Button, Facts, Notice, Progress, Row, Stack } from "./basics";
import { Choice, type Option } from "./fields";
import { Dialog } from "./overlays";
import styles from "./ui.module.css";

/** Where an act stands, for people. Structurally what the chain module reports; nothing here knows a chain. */
export type ActProgress =
  | { readonly type: "preparing"; readonly step: string; readonly done: number; readonly total: number }
  | { readonly type: "signing" }
  | { readonly type: "broadcast"; readonly extrinsic: string }
  | { readonly type: "inBlock"; readonly receipt: ActReceipt }
  | { readonly type: "finalized"; readonly receipt: ActReceipt };

export interface ActReceipt {
  readonly extrinsic: string;
  readonly block: { readonly number: number; readonly hash: string };
}

/** The state of an act: what its dialog shows. */
type ActState =
  | { readonly type: "idle" }
  | { readonly type: "confirming" }
  | { readonly type: "working"; readonly progress: ActProgress | null }
  | { readonly type: "done"; readonly receipt: ActReceipt | null }
  | { readonly type: "failed"; readonly reason: string; readonly detail: string };

export interface ActOrder {
  readonly title: string;
  /** What everybody in the consortium will be able to see. */
  readonly recorded: string;
  /** What nobody else learns. */
  readonly stays: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly done: string;
  readonly run: (report: (progress: ActProgress) => void, signal: AbortSignal) => Promise<ActReceipt | null>;
  /** Whether the act can be stopped while it prepares. */
  readonly stoppable?: boolean;
  /** Something to choose before confirming. */
  readonly choice?: ActChoice<string>;
}

/** What the person chooses in the dialog; `value` is the current choice. */
export interface ActChoice<T extends string> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly choose: (value: string) => void;
}

/** A choice for a dialog, with the first option chosen at first. */
export function actChoice<T extends string>(label: string, options: readonly [Option<T>, ...Option<T>[]]): ActChoice<T> {
  let chosen = options[0].value;
  return {
    label,
    options,
    get value() {
      return chosen;
    },
    choose: (value) => {
      chosen = options.find((option) => option.value === value)?.value ?? chosen;
    },
  };
}

export interface ActWords {
  readonly recorded: string;
  readonly stays: string;
  readonly cancel: string;
  readonly close: string;
  readonly retry: string;
  readonly stop: string;
  readonly failed: string;
  readonly details: string;
  readonly block: string;
  readonly blockHash: string;
  readonly extrinsic: string;
  readonly steps: Readonly<Record<"preparing" | "signing" | "broadcast" | "inBlock" | "finalized", string>>;
  readonly step: (step: string) => string;
  readonly explain: (error: unknown) => { readonly reason: string; readonly detail: string };
}

type Start = (order: ActOrder) => Promise<boolean>;

const Context = createContext<Start | null>(null);

/** Asks before every act, shows how it goes, and says why one failed. */
export function ActProvider({ words, children }: { words: ActWords; children: ReactNode }) {
  const [order, setOrder] = useState<ActOrder | null>(null);
  const [state, setState] = useState<ActState>({ type: "idle" });
  const settle = useRef<(done: boolean) => void>(() => undefined);
  const controller = useRef(new AbortController());

  const start = useCallback<Start>((next) => {
    setOrder(next);
    setState({ type: "confirming" });
    return new Promise((resolve) => {
      settle.current = resolve;
    });
  }, []);

  const close = (done: boolean) => {
    setState({ type: "idle" });
    settle.current(done);
  };

  const go = async () => {
    if (order === null) {
      return;
    }
    controller.current = new AbortController();
    setState({ type: "working", progress: null });
    try {
      const receipt = await order.run((progress) => setState({ type: "working", progress }), controller.current.signal);
      setState({ type: "done", receipt });
    } catch (error) {
      setState({ type: "failed", ...words.explain(error) });
    }
  };

  const value = useMemo(() => start, [start]);
  return (
    <Context value={value}>
      {children}
      {order === null ? null : (
        <Dialog
          title={order.title}
          open={state.type !== "idle"}
          role="alertdialog"
          dismissable={state.type !== "working"}
          onClose={() => close(state.type === "done")}
        >
          {state.type === "confirming" ? (
            <>
              <dl className={styles.consequences}>
                <div>
                  <dt>{words.recorded}</dt>
                  <dd>{order.recorded}</dd>
                </div>
                <div>
                  <dt>{words.stays}</dt>
                  <dd>{order.stays}</dd>
                </div>
              </dl>
              {order.choice === undefined ? null : <Chosen key={order.title} of={order.choice} />}
              <Row justify="end">
                <Button look="secondary" autoFocus onPress={() => close(false)}>
                  {words.cancel}
                </Button>
                <Button look={order.danger === true ? "danger" : "primary"} onPress={() => void go()}>
                  {order.confirm}
                </Button>
              </Row>
            </>
          ) : null}
          {state.type === "working" ? (
            <>
              <Steps words={words} progress={state.progress} />
              {order.stoppable === true && (state.progress === null || state.progress.type === "preparing") ? (
                <Row justify="end">
                  <Button look="secondary" onPress={() => controller.current.abort()}>
                    {words.stop}
                  </Button>
                </Row>
              ) : null}
            </>
          ) : null}
          {state.type === "done" ? (
            <>
              <Notice tone="good" title={order.done} />
              {state.receipt === null ? null : <Proof words={words} receipt={state.receipt} />}
              <Row justify="end">
                <Button look="primary" autoFocus onPress={() => close(true)}>
                  {words.close}
                </Button>
              </Row>
            </>
          ) : null}
          {state.type === "failed" ? (
            <>
              <Notice tone="bad" title={words.failed}>
                {state.reason}
              </Notice>
              <details>
                <summary>{words.details}</summary>
                <code>{state.detail}</code>
              </details>
              <Row justify="end">
                <Button look="secondary" onPress={() => close(false)}>
                  {words.close}
                </Button>
                <Button look="primary" onPress={() => void go()}>
                  {words.retry}
                </Button>
              </Row>
            </>
          ) : null}
        </Dialog>
      )}
    </Context>
  );
}

function Chosen({ of }: { of: ActChoice<string> }) {
  const [value, setValue] = useState(of.value);
  return (
    <Choice
      label={of.label}
      options={of.options}
      value={value}
      onChange={(next) => {
        of.choose(next);
        setValue(next);
      }}
    />
  );
}

const ORDER = ["preparing", "signing", "broadcast", "inBlock", "finalized"] as const;

function Steps({ words, progress }: { words: ActWords; progress: ActProgress | null }) {
  const at = progress === null ? 0 : ORDER.indexOf(progress.type);
  return (
    <Stack>
      <ol className={styles.steps} aria-live="polite">
        {ORDER.map((step, index) => (
          <li key={step} data-state={index < at ? "done" : index === at ? "now" : "later"}>
            {progress?.type === "preparing" && step === "preparing" ? words.step(progress.step) : words.steps[step]}
          </li>
        ))}
      </ol>
      {progress?.type === "preparing" && progress.total > 1 ? (
        <Progress label={words.step(progress.step)} done={progress.done} total={progress.total} />
      ) : null}
    </Stack>
  );
}

/** For those who look: where the act stands in the chain. */
function Proof({ words, receipt }: { words: ActWords; receipt: ActReceipt }) {
  return (
    <details>
      <summary>{words.details}</summary>
      <Facts
        facts={[
          [words.block, String(receipt.block.number)],
          [words.blockHash, <code key="hash">{receipt.block.hash}</code>],
          [words.extrinsic, <code key="extrinsic">{receipt.extrinsic}</code>],
        ]}
      />
    </details>
  );
}

/** Starts an act; resolves to whether it was done. */
export function useAct(): Start {
  const start = useContext(Context);
  if (start === null) {
    throw new Error("there is no ActProvider above this component");
  }
  return start;
}
