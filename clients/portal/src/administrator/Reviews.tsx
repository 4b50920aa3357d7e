import { useTranslation } from "react-i18next";
import type { PendingReview, ReviewOutcome } from "../chain/views";
import { dateTime } from "../i18n";
import { Named, NamedRecord } from "../records/Named";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Empty, PageHead } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** Emergency openings that wait for an administrator's finding. */
export function Reviews() {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const waiting = useLive("reviews", (reads) => reads.emergencyReviews());
  const find = (review: PendingReview, outcome: ReviewOutcome) =>
    void act({
      title: t(`review.${outcome}.title`),
      recorded: t(`review.${outcome}.recorded`),
      stays: t("review.stays"),
      confirm: t(`review.${outcome}.confirm`),
      danger: outcome === "unjustified",
      done: t("review.done"),
      run: (report) => acts.reviewEmergency(review.reading, outcome, report),
    });
  return (
    <>
      <PageHead title={t("review.title")} intro={t("review.intro")} />
      <Ready of={waiting}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("review.none")} />
          ) : (
            <List items={all} keyOf={(one) => one.reading} label={t("review.title")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.doctor} />}
                  actions={
                    <>
                      <Button small look="primary" onPress={() => find(one, "justified")}>
                        {t("review.justified.confirm")}
                      </Button>
                      <Button small look="danger" onPress={() => find(one, "unjustified")}>
                        {t("review.unjustified.confirm")}
                      </Button>
                    </>
                  }
                >
                  <NamedRecord id={one.record} />&nbsp;· <Named id={one.patient} />&nbsp;·{" "}
                  {t(`emergencyReason.${one.reason}`)}&nbsp;· {dateTime(one.openedAt)}
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
    </>
  );
}
