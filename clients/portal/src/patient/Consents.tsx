import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member, Purpose, RecordKinds, StandingConsent } from "../chain/views";
import { date, dayEnd, dayText } from "../i18n";
import { MemberField } from "../records/MemberField";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { memberName, useLive } from "../session/Connection";
import { useAccount } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Checkbox, Columns, Row, Stack } from "../ui/basics";
import { Choice, PlainField } from "../ui/fields";
import { List, ListItem } from "../ui/List";

const DAY = 86_400_000;
const KINDS = ["report", "prescription", "profile"] as const;
const PURPOSES: readonly Purpose[] = ["TREAT", "HPAYMT", "HOPERAT", "PATRQT", "PUBHLTH"];
const PROFESSIONS = ["doctor", "hospital", "pharmacy"] as const;

/** A patient's standing consents: who receives new records as they are written. */
export function Consents({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const consents = useLive(`consents ${patient}`, (reads) => reads.standingConsents(patient));
  const revoke = (consent: StandingConsent) =>
    act({
      title: t("consents.revokeTitle"),
      recorded: t("consents.revokeRecorded"),
      stays: t("grants.revokeStays"),
      confirm: t("grants.revoke"),
      danger: true,
      done: t("grants.revokeDone"),
      run: (report) => acts.revokeStandingConsent(patient, consent.reader, report),
    });
  return (
    <Card title={t("consents.title")}>
      <p>{t("consents.intro")}</p>
      <Ready of={consents}>
        {(all) =>
          all.length === 0 ? null : (
            <List items={all} keyOf={(one) => one.reader} label={t("consents.title")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.reader} />}
                  actions={
                    <Button small look="danger" onPress={() => void revoke(one)}>
                      {t("grants.revoke")}
                    </Button>
                  }
                >
                  {KINDS.filter((kind) => one.kinds[kind])
                    .map((kind) => t(`kinds.${kind}`))
                    .join(", ")}
                  &nbsp;· {t(`purpose.${one.purpose}`)}&nbsp;· {t("grants.until", { when: date(one.until) })}
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
      <ConsentForm patient={patient} />
    </Card>
  );
}

function ConsentForm({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [adding, setAdding] = useState(false);
  const [reader, setReader] = useState<Member | null>(null);
  const [kinds, setKinds] = useState<RecordKinds>({ profile: false, report: true, prescription: true });
  const [purpose, setPurpose] = useState<Purpose>("TREAT");
  const [until, setUntil] = useState(() => dayText(Date.now() + 365 * DAY));
  if (!adding) {
    return (
      <Row>
        <Button onPress={() => setAdding(true)}>{t("consents.add")}</Button>
      </Row>
    );
  }
  const pharmacy = reader?.role === "pharmacy";
  const given: RecordKinds = pharmacy ? { profile: false, report: false, prescription: true } : kinds;
  const chosen = KINDS.filter((kind) => given[kind]);
  const end = dayEnd(until);
  const give = async (to: Member) => {
    const done = await act({
      title: t("consents.giveTitle", { name: memberName(to, to.id) }),
      recorded: t("consents.giveRecorded", {
        name: memberName(to, to.id),
        kinds: chosen.map((kind) => t(`kinds.${kind}`)).join(", "),
        until: date(end),
      }),
      stays: t("consents.giveStays"),
      confirm: t("consents.give"),
      done: t("consents.giveDone"),
      run: (report) => acts.giveStandingConsent(patient, to.id, given, purpose, end, report),
    });
    if (done) {
      setAdding(false);
      setReader(null);
    }
  };
  return (
    <Stack>
      <MemberField label={t("consents.reader")} roles={PROFESSIONS} onMember={setReader} />
      <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
        <legend>
          <strong>{t("consents.kinds")}</strong>
        </legend>
        {KINDS.map((kind) => (
          <Checkbox
            key={kind}
            isSelected={given[kind]}
            isDisabled={pharmacy}
            onChange={(on) => setKinds({ ...kinds, [kind]: on })}
          >
            {t(`kinds.${kind}`)}
          </Checkbox>
        ))}
      </fieldset>
      <Columns>
        <Choice
          label={t("request.purpose")}
          value={purpose}
          onChange={setPurpose}
          hint={t(`purposeMeaning.${purpose}`)}
          options={PURPOSES.map((value) => ({ value, label: t(`purpose.${value}`) }))}
        />
        <PlainField
          label={t("consents.until")}
          value={until}
          onChange={setUntil}
          type="date"
          min={dayText(Date.now() + DAY)}
        />
      </Columns>
      <Row justify="end">
        <Button onPress={() => setAdding(false)}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          isDisabled={reader === null || chosen.length === 0 || Number.isNaN(end)}
          onPress={() => {
            if (reader !== null) {
              void give(reader);
            }
          }}
        >
          {t("consents.give")}
        </Button>
      </Row>
    </Stack>
  );
}
