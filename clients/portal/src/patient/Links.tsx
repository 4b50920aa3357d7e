import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import type { LinkTerms, MadeLink } from "../chain/acts";
import { type GatewayInfo, ownGateway } from "../chain/gateway";
import type { LinkOpening, LinkStatus, LinkView, RecordView } from "../chain/views";
import { dateTime, standalone } from "../i18n";
import { explained } from "../i18n/failure";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { LINK_LABEL_MAX, PASSCODE_MAX, PASSCODE_MIN } from "../sealing/link";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Checkbox, Columns, Empty, Notice, PageHead, Row, Stack, type Tone } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";
import { LinkCard } from "./LinkCard";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DURATIONS = {
  quarter: 15 * MINUTE,
  hour: HOUR,
  fourHours: 4 * HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
} as const;
type Duration = keyof typeof DURATIONS;
const RECORDS_MAX = 32;
const OPENINGS_MAX = 1_000;

const STATUS: Record<LinkStatus, Tone> = {
  active: "good",
  revoked: "plain",
  expired: "plain",
  exhausted: "plain",
  erased: "plain",
};

/** The patient's links: which there are, who opened them, and taking them back. */
export function Links() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead title={t("links.title")} intro={t("links.intro")}>
        <ButtonLink look="primary" to="/links/new">
          {t("links.make")}
        </ButtonLink>
      </PageHead>
      <LinkList patient={me.id} />
    </>
  );
}

/** The gateway that serves this portal, asked if `wanted`; `null` if there is none, `undefined` until that is known. */
function useOwnGateway(wanted: boolean): GatewayInfo | null | undefined {
  const [gateway, setGateway] = useState<GatewayInfo | null | undefined>(undefined);
  useEffect(() => {
    if (wanted) {
      ownGateway().then(setGateway, () => setGateway(null));
    }
  }, [wanted]);
  return gateway;
}

/** Makes a link to the patient's own records, or as a guardian to another's. */
export function NewLink() {
  const { t } = useTranslation();
  const me = useMember();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const patient = Number(search.get("patient") ?? me.id);
  const chosen = (search.get("records") ?? "").split(",").filter((text) => text !== "").map(Number);
  const back = patient === me.id ? "/links" : `/wards/${patient}`;
  const gateway = useOwnGateway(true);
  const [made, setMade] = useState<{ link: MadeLink; terms: LinkTerms } | null>(null);
  const records = useLive(`linkable ${patient} ${me.id}`, async (reads) => {
    const all = await reads.records(patient);
    const held = patient === me.id ? null : new Set((await reads.grantsOfReader(me.id)).map(({ record }) => record));
    const shown = ({ id, status }: RecordView) =>
      (status === "current" || status === "superseded") && (held === null || held.has(id));
    return all.filter(shown).toSorted((a, b) => b.id - a.id);
  });
  return (
    <>
      <PageHead title={t("links.make")} intro={t("links.makeIntro")} />
      {made !== null ? (
        <>
          <LinkCard {...made} />
          <Row justify="end">
            <Button onPress={() => void navigate(back)}>{t("links.finished")}</Button>
          </Row>
        </>
      ) : gateway === null ? (
        <Notice tone="warn" title={t("links.noGateway")}>
          {t("links.noGatewayHint")}
        </Notice>
      ) : (
        <Ready of={records}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("records.none")}>{t("records.noneHint")}</Empty>
            ) : (
              <LinkForm
                patient={patient}
                records={all}
                chosen={chosen}
                gateway={gateway}
                onMade={(link, terms) => setMade({ link, terms })}
              />
            )
          }
        </Ready>
      )}
    </>
  );
}

function LinkForm({
  patient,
  records,
  chosen,
  gateway,
  onMade,
}: {
  patient: number;
  records: readonly RecordView[];
  chosen: readonly number[];
  gateway: GatewayInfo | undefined;
  onMade: (link: MadeLink, terms: LinkTerms) => void;
}) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set(chosen));
  const [duration, setDuration] = useState<Duration>("hour");
  const [openings, setOpenings] = useState("1");
  const [passcode, setPasscode] = useState("");
  const [label, setLabel] = useState("");
  const [longTerm, setLongTerm] = useState(false);
  const [direct, setDirect] = useState(false);
  const wanted = records.filter(({ id }) => selected.has(id));
  const count = Number.parseInt(openings, 10);
  const countFits = count >= 1 && count <= OPENINGS_MAX && String(count) === openings.trim();
  const code = direct ? "" : passcode;
  const codeLength = Array.from(code).length;
  const codeFits = codeLength === 0 || (codeLength >= PASSCODE_MIN && codeLength <= PASSCODE_MAX);
  const labelFits = Array.from(label).length <= LINK_LABEL_MAX;

  const make = async (at: GatewayInfo) => {
    const terms: LinkTerms = {
      duration: DURATIONS[duration],
      openings: count,
      passcode: code,
      label: label.trim(),
      longTerm,
      direct,
    };
    let made: MadeLink | null = null;
    const done = await act({
      title: t("links.makeTitle", { count: wanted.length }),
      recorded: t("links.makeRecorded", { count, duration: t(`links.duration.${duration}`) }),
      stays: t(patient === me.id ? "links.makeStays" : "links.makeStaysGuardian"),
      confirm: t("links.make"),
      done: t("links.makeDone"),
      stoppable: true,
      run: async (report, signal) => {
        made = await acts.makeLink(me, patient, wanted, terms, at, report, signal);
        return made.receipt;
      },
    });
    if (done && made !== null) {
      onMade(made, terms);
    }
  };

  return (
    <>
      <Card title={t("links.which")}>
        <Stack gap="tight">
          {records.map((record) => (
            <Checkbox
              key={record.id}
              isSelected={selected.has(record.id)}
              onChange={(on) => {
                const next = new Set(selected);
                if (on) {
                  next.add(record.id);
                } else {
                  next.delete(record.id);
                }
                setSelected(next);
              }}
            >
              {t("records.item", { kind: t(`kind.${record.kind}`), id: record.id })}&nbsp;· {t("records.by")}{" "}
              <Named id={record.author} />&nbsp;· {dateTime(record.anchoredAt)}
            </Checkbox>
          ))}
        </Stack>
        {wanted.length > RECORDS_MAX ? <Notice tone="bad" title={t("links.tooMany", { count: RECORDS_MAX })} /> : null}
      </Card>
      <Card title={t("links.terms")}>
        <Columns>
          <Choice
            label={t("links.until")}
            value={duration}
            onChange={setDuration}
            options={(Object.keys(DURATIONS) as Duration[]).map((value) => ({
              value,
              label: standalone(t(`links.duration.${value}`)),
            }))}
          />
          <PlainField
            label={t("links.openings")}
            value={openings}
            onChange={setOpenings}
            type="number"
            min="1"
            hint={t("links.openingsHint")}
            error={countFits ? undefined : t("links.openingsRange", { count: OPENINGS_MAX })}
          />
        </Columns>
        <PlainField
          label={t("links.label")}
          optional={t("common.optional")}
          value={label}
          onChange={setLabel}
          hint={t("links.labelHint")}
          error={labelFits ? undefined : t("links.labelLong", { count: LINK_LABEL_MAX })}
        />
        {direct ? null : (
          <PlainField
            label={t("links.passcode")}
            optional={t("common.optional")}
            value={passcode}
            onChange={setPasscode}
            autoComplete="off"
            hint={t("links.passcodeHint")}
            error={codeFits ? undefined : t("links.passcodeLength", { min: PASSCODE_MIN, max: PASSCODE_MAX })}
          />
        )}
        <details>
          <summary>{t("links.special")}</summary>
          <Stack gap="tight">
            <Checkbox isSelected={longTerm} onChange={setLongTerm}>
              {t("links.longTerm")}
            </Checkbox>
            <Checkbox isSelected={direct} onChange={setDirect}>
              {t("links.direct")}
            </Checkbox>
          </Stack>
        </details>
        <Row justify="end">
          <Button
            look="primary"
            isDisabled={
              gateway === undefined ||
              wanted.length === 0 ||
              wanted.length > RECORDS_MAX ||
              !(countFits && codeFits && labelFits)
            }
            onPress={() => {
              if (gateway !== undefined) {
                void make(gateway);
              }
            }}
          >
            {t("links.make")}
          </Button>
        </Row>
      </Card>
    </>
  );
}

/** The links of a patient: all of them, or those that show one record or any and can still be opened. */
export function LinkList({ patient, record, standing = false }: { patient: number; record?: number; standing?: boolean }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const links = useLive(`links ${patient}`, (reads) => reads.links(patient));
  const someOpen = links.type === "ready" && links.value.some(({ status }) => status === "active");
  const gateway = useOwnGateway(someOpen && !standing);
  const [shown, setShown] = useState<{ id: number; what: "log" | "unlock" } | null>(null);
  const revoke = (link: LinkView) =>
    act({
      title: t("links.revokeTitle", { id: link.id }),
      recorded: t("links.revokeRecorded"),
      stays: t("grants.revokeStays"),
      confirm: t("grants.revoke"),
      danger: true,
      done: t("links.revokeDone"),
      run: (report) => acts.revokeLink(link.id, report),
    });
  const toggle = (id: number, what: "log" | "unlock") =>
    setShown(shown?.id === id && shown.what === what ? null : { id, what });
  const wanted = (all: readonly LinkView[]) =>
    all.filter(
      (one) => (!standing || one.status === "active") && (record === undefined || one.records.includes(record)),
    );
  return (
    <Ready of={links}>
      {(all) =>
        wanted(all).length === 0 ? (
          standing ? null : (
            <Empty title={t("links.none")}>{t("links.noneHint")}</Empty>
          )
        ) : (
          <List items={wanted(all)} keyOf={(one) => one.id} label={t("links.title")}>
            {(one) => (
              <>
                <ListItem
                  title={t("links.item", { id: one.id })}
                  actions={
                    <>
                      <Badge tone={STATUS[one.status]}>{t(`links.status.${one.status}`)}</Badge>
                      <Button small aria-expanded={shown?.id === one.id} onPress={() => toggle(one.id, "log")}>
                        {t("links.log")}
                      </Button>
                      {one.status === "active" && one.host === gateway?.institution && !standing ? (
                        <Button small aria-expanded={shown?.id === one.id} onPress={() => toggle(one.id, "unlock")}>
                          {t("links.unlock")}
                        </Button>
                      ) : null}
                      {one.status === "active" ? (
                        <Button small look="danger" onPress={() => void revoke(one)}>
                          {t("grants.revoke")}
                        </Button>
                      ) : null}
                    </>
                  }
                >
                  {t("links.shows", { count: one.records.length, records: one.records.join(", ") })}&nbsp;·{" "}
                  {t("links.left", { left: one.openingsLeft, count: one.openings })}&nbsp;·{" "}
                  {t("grants.until", { when: dateTime(one.expiresAt) })}&nbsp;· {t("links.host")} <Named id={one.host} />
                  {one.registeredBy === patient ? null : (
                    <>
                      &nbsp;· {t("links.by")} <Named id={one.registeredBy} />
                    </>
                  )}
                </ListItem>
                {shown?.id !== one.id ? null : shown.what === "log" ? (
                  <LinkLog link={one} />
                ) : (
                  <Unlock link={one.id} onDone={() => setShown(null)} />
                )}
              </>
            )}
          </List>
        )
      }
    </Ready>
  );
}

/** Who has opened a link, by the names that they stated. */
function LinkLog({ link }: { link: LinkView }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const openings = useLive(`openings ${link.id}`, (reads) => reads.linkOpenings(link.id));
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map());
  const mine = link.patient === me.id;
  const all = openings.type === "ready" ? openings.value : null;
  useEffect(() => {
    let ended = false;
    const named = async (opening: LinkOpening): Promise<[number, string]> => [
      opening.firstReading,
      await acts.linkRecipient(link, opening).catch(() => t("links.unreadableName")),
    ];
    if (mine && all !== null) {
      void Promise.all(all.map(named)).then((found) => {
        if (!ended) {
          setNames(new Map(found));
        }
      });
    }
    return () => {
      ended = true;
    };
  }, [mine, all, link, acts, t]);
  return (
    <Ready of={openings}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={t("links.neverOpened")} />
        ) : (
          <List items={list} keyOf={(one) => one.firstReading} label={t("links.logOf", { id: link.id })}>
            {(one) => (
              <ListItem title={mine ? (names.get(one.firstReading) ?? "…") : t("links.nameForPatient")}>
                {t("links.opened", { when: dateTime(one.openedAt), count: one.readings })}
              </ListItem>
            )}
          </List>
        )
      }
    </Ready>
  );
}

type Unlocking =
  | { readonly type: "asking" | "working" | "done" }
  | { readonly type: "failed"; readonly reason: string };

/**
 * Has the gateway take passcodes for a link again. Nothing of it is recorded in the chain, and whether a link takes none any
 * more is known to its gateway alone.
 */
function Unlock({ link, onDone }: { link: number; onDone: () => void }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const [passcode, setPasscode] = useState("");
  const [state, setState] = useState<Unlocking>({ type: "asking" });
  const length = Array.from(passcode).length;
  const fits = length === 0 || (length >= PASSCODE_MIN && length <= PASSCODE_MAX);
  const unlock = async () => {
    setState({ type: "working" });
    try {
      await acts.unlockLink(link, passcode);
      setState({ type: "done" });
    } catch (error) {
      setState({ type: "failed", reason: explained(error).reason });
    }
  };
  if (state.type === "done") {
    return <Notice tone="good" title={t("links.unlockDone")} />;
  }
  return (
    <Stack>
      <p>{t("links.unlockMeaning")}</p>
      <PlainField
        label={t("links.newPasscode")}
        value={passcode}
        onChange={setPasscode}
        autoComplete="off"
        error={fits ? undefined : t("links.passcodeLength", { min: PASSCODE_MIN, max: PASSCODE_MAX })}
      />
      {state.type === "failed" ? <Notice tone="bad" title={state.reason} /> : null}
      <Row justify="end">
        <Button onPress={onDone}>{t("common.cancel")}</Button>
        <Button look="primary" isDisabled={!fits || state.type === "working"} onPress={() => void unlock()}>
          {t("links.unlockConfirm")}
        </Button>
      </Row>
    </Stack>
  );
}
