import { useTranslation } from "react-i18next";
import type { Grant } from "../chain/views";
import { dateTime } from "../i18n";
import { Named } from "../records/Named";
import { useNow } from "../records/Reader";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, Card, Empty, PageHead } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** Who may read what now, to revoke with one press. */
export function Grants() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("grants.title")} intro={t("grants.intro")} />
      <GrantList record={null} />
    </>
  );
}

/** The grants on one record, or on all. */
export function GrantList({ record }: { record: number | null }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const now = useNow();
  const grants = useLive(`grants ${me.id} ${record ?? "all"}`, (reads) =>
    record === null ? reads.grantsOfPatient(me.id) : reads.grantsOfRecord(record),
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
  const list = (
    <Ready of={grants}>
      {(all) =>
        all.length === 0 ? (
          <Empty title={t("grants.none")} />
        ) : (
          <List items={all} keyOf={(one) => `${one.record} ${one.reader}`} label={t("grants.title")}>
            {(one) => (
              <ListItem
                title={<Named id={one.reader} />}
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
                {t("records.number", { id: one.record })} · {t(`purpose.${one.purpose}`)} · {t(`basis.${one.basis}`)} ·{" "}
                {t("grants.until", { when: dateTime(one.expiresAt) })}
              </ListItem>
            )}
          </List>
        )
      }
    </Ready>
  );
  return record === null ? list : <Card title={t("grants.title")}>{list}</Card>;
}
