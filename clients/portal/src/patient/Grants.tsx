import { useTranslation } from "react-i18next";
import type { Grant } from "../chain/views";
import { dateTime } from "../i18n";
import { Named, NamedRecord } from "../records/Named";
import { useNow } from "../records/Reader";
import { Ready } from "../records/states";
import { memberName, useConnection, useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Empty, PageHead, Row } from "../ui/basics";
import { List, ListItem } from "../ui/List";
import { Consents } from "./Consents";
import { LinkList } from "./Links";

/** Who may read what now and from now on, to revoke with one press. */
export function Grants() {
  const { t } = useTranslation();
  const me = useMember();
  return (
    <>
      <PageHead title={t("grants.title")} intro={t("grants.intro")} />
      <GrantList patient={me.id} record={null} />
      <StandingLinks patient={me.id} />
      <Consents patient={me.id} />
    </>
  );
}

/** The links that can be opened, beside the grants: whoever has one may read what it shows. */
export function StandingLinks({ patient }: { patient: number }) {
  const { t } = useTranslation();
  return (
    <Card title={t("links.title")}>
      <LinkList patient={patient} standing />
      <Row>
        <ButtonLink to={`/links/new?patient=${patient}`}>{t("links.make")}</ButtonLink>
      </Row>
    </Card>
  );
}

/** A row of the list: a reader, then each of its grants. */
type Entry = { readonly reader: number; readonly grant: Grant | null };

function byReader(grants: readonly Grant[]): readonly Entry[] {
  const readers = new Map<number, Grant[]>();
  for (const grant of grants) {
    readers.set(grant.reader, [...(readers.get(grant.reader) ?? []), grant]);
  }
  return [...readers].flatMap(([reader, held]): Entry[] => [
    { reader, grant: null },
    ...held.map((grant) => ({ reader, grant })),
  ]);
}

/** The grants on one record of a patient, or on all. */
export function GrantList({ patient, record }: { patient: number; record: number | null }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const { name } = useConnection();
  const act = useAct();
  const now = useNow();
  const grants = useLive(`grants ${patient} ${record ?? "all"}`, (reads) =>
    record === null ? reads.grantsOfPatient(patient) : reads.grantsOfRecord(record),
  );
  const revoke = (grant: Grant) =>
    act({
      title: t("grants.revokeTitle"),
      recorded: t("grants.revokeRecorded"),
      stays: t("grants.revokeStays"),
      confirm: t("grants.revoke"),
      danger: true,
      done: t("grants.revokeDone"),
      run: (report) => acts.revoke(grant.record, grant.reader, report),
    });
  const revokeAll = async (reader: number) => {
    const called = memberName(await name(reader), reader);
    await act({
      title: t("grants.revokeAllTitle", { name: called }),
      recorded: t("grants.revokeAllRecorded", { name: called }),
      stays: t("grants.revokeStays"),
      confirm: t("grants.revokeAll"),
      danger: true,
      done: t("grants.revokeAllDone"),
      run: (report) => acts.revokeReader(patient, reader, report),
    });
  };
  const item = (one: Grant) => (
    <ListItem
      title={record === null ? <NamedRecord id={one.record} /> : <Named id={one.reader} />}
      actions={
        <>
          {one.windowClosesAt !== null && one.windowClosesAt > now ? (
            <Badge tone="info">{t("shared.open")}</Badge>
          ) : one.expiresAt <= now ? (
            <Badge>{t("shared.expired")}</Badge>
          ) : (
            <Badge tone="good">{t("shared.openings", { count: one.openingsLeft })}</Badge>
          )}
          <Button small look="danger" onPress={() => void revoke(one)}>
            {t("grants.revoke")}
          </Button>
        </>
      }
    >
      {t(`purpose.${one.purpose}`)}&nbsp;· {t(`basis.${one.basis}`)}&nbsp;·{" "}
      {t("grants.until", { when: dateTime(one.expiresAt) })}
      {one.grantedBy === patient ? null : (
        <>
          &nbsp;· {t("grants.by")} <Named id={one.grantedBy} />
        </>
      )}
    </ListItem>
  );
  const list = (
    <Ready of={grants}>
      {(all) =>
        all.length === 0 ? (
          <Empty title={t("grants.none")} />
        ) : record === null ? (
          <List items={byReader(all)} keyOf={(one) => `${one.reader} ${one.grant?.record ?? ""}`} label={t("grants.title")}>
            {(one) =>
              one.grant === null ? (
                <ListItem
                  heading
                  title={<Named id={one.reader} />}
                  actions={
                    <Button small look="danger" onPress={() => void revokeAll(one.reader)}>
                      {t("grants.revokeAll")}
                    </Button>
                  }
                />
              ) : (
                item(one.grant)
              )
            }
          </List>
        ) : (
          <List items={all} keyOf={(one) => one.reader} label={t("grants.title")}>
            {item}
          </List>
        )
      }
    </Ready>
  );
  return record === null ? (
    list
  ) : (
    <Card title={t("grants.title")}>
      {list}
      <LinkList patient={patient} record={record} standing />
    </Card>
  );
}
