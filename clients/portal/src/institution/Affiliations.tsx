import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Affiliation, Member } from "../chain/views";
import { date } from "../i18n";
import { MemberField } from "../records/MemberField";
import { Named } from "../records/Named";
import { Ready } from "../records/states";
import { memberName, useConnection, useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Badge, Button, ButtonLink, Card, Empty, Notice, Row, Stack } from "../ui/basics";
import { List, ListItem } from "../ui/List";

/** Which doctors belong to which hospitals, for one of either. */
function useAffiliations() {
  const me = useMember();
  return useLive(`affiliations ${me.id}`, (reads) => reads.affiliations(me.id));
}

/** Ends an affiliation, or takes back or declines an offer of one. */
function useEnd() {
  const { t } = useTranslation();
  const { name } = useConnection();
  const { acts } = useAccount();
  const act = useAct();
  return async (other: number, title: "endTitle" | "declineTitle" | "takeBackTitle") =>
    act({
      title: t(`affiliation.${title}`, { name: memberName(await name(other), other) }),
      recorded: t("affiliation.endRecorded"),
      stays: t("affiliation.stays"),
      confirm: t(`affiliation.${title === "endTitle" ? "end" : title === "declineTitle" ? "decline" : "takeBack"}`),
      danger: true,
      done: t("affiliation.endDone"),
      run: (report) => acts.endAffiliation(other, report),
    });
}

/** How an affiliation stands, in words. */
function Since({ of }: { of: Affiliation }) {
  const { t } = useTranslation();
  return of.acceptedAt === null
    ? t("affiliation.offered", { when: date(of.offeredAt) })
    : t("affiliation.since", { when: date(of.acceptedAt) });
}

/** The doctors of the signed-in hospital: offering, taking back, ending. */
export function HospitalAffiliations() {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const end = useEnd();
  const affiliations = useAffiliations();
  const [doctor, setDoctor] = useState<Member | null>(null);
  const known = affiliations.type === "ready" && affiliations.value.some((one) => one.doctor === doctor?.id);
  const offer = async (to: Member) => {
    const name = memberName(to, to.id);
    await act({
      title: t("affiliation.offerTitle", { name }),
      recorded: t("affiliation.offerRecorded", { name }),
      stays: t("affiliation.stays"),
      confirm: t("affiliation.offer"),
      done: t("affiliation.offerDone"),
      run: (report) => acts.offerAffiliation(to.id, report),
    });
  };
  return (
    <Card title={t("affiliation.ours")}>
      <p>{t("affiliation.oursIntro")}</p>
      <Ready of={affiliations}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("affiliation.noDoctors")} />
          ) : (
            <List items={all} keyOf={(one) => one.doctor} label={t("affiliation.ours")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.doctor} />}
                  actions={
                    <>
                      <Badge tone={one.acceptedAt === null ? "warn" : "good"}>
                        {t(one.acceptedAt === null ? "affiliation.waits" : "affiliation.stands")}
                      </Badge>
                      <Button
                        small
                        look="danger"
                        onPress={() => void end(one.doctor, one.acceptedAt === null ? "takeBackTitle" : "endTitle")}
                      >
                        {t(one.acceptedAt === null ? "affiliation.takeBack" : "affiliation.end")}
                      </Button>
                    </>
                  }
                >
                  <Since of={one} />
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
      <Stack>
        <MemberField label={t("affiliation.doctor")} roles={["doctor"]} onMember={setDoctor} />
        {known ? <Notice tone="info" title={t("affiliation.already")} /> : null}
        <Row justify="end">
          <Button
            look="primary"
            isDisabled={doctor === null || known}
            onPress={() => {
              if (doctor !== null) {
                void offer(doctor);
              }
            }}
          >
            {t("affiliation.offer")}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}

/** The hospitals of the signed-in doctor: accepting, declining, ending. */
export function DoctorAffiliations() {
  const { t } = useTranslation();
  const { name } = useConnection();
  const { acts } = useAccount();
  const act = useAct();
  const end = useEnd();
  const affiliations = useAffiliations();
  const accept = async (hospital: number) => {
    const called = memberName(await name(hospital), hospital);
    await act({
      title: t("affiliation.acceptTitle", { name: called }),
      recorded: t("affiliation.acceptRecorded", { name: called }),
      stays: t("affiliation.stays"),
      confirm: t("affiliation.accept"),
      done: t("affiliation.acceptDone"),
      run: (report) => acts.acceptAffiliation(hospital, report),
    });
  };
  return (
    <Card title={t("affiliation.mine")}>
      <p>{t("affiliation.mineIntro")}</p>
      <Ready of={affiliations}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("affiliation.none")}>{t("affiliation.noneHint")}</Empty>
          ) : (
            <List items={all} keyOf={(one) => one.hospital} label={t("affiliation.mine")}>
              {(one) => (
                <ListItem
                  title={<Named id={one.hospital} />}
                  actions={
                    one.acceptedAt === null ? (
                      <>
                        <Button small look="primary" onPress={() => void accept(one.hospital)}>
                          {t("affiliation.accept")}
                        </Button>
                        <Button small onPress={() => void end(one.hospital, "declineTitle")}>
                          {t("affiliation.decline")}
                        </Button>
                      </>
                    ) : (
                      <>
                        <Badge tone="good">{t("affiliation.stands")}</Badge>
                        <Button small look="danger" onPress={() => void end(one.hospital, "endTitle")}>
                          {t("affiliation.end")}
                        </Button>
                      </>
                    )
                  }
                >
                  <Since of={one} />
                </ListItem>
              )}
            </List>
          )
        }
      </Ready>
    </Card>
  );
}

/** Tells a doctor of offers that wait. */
export function AffiliationOffers() {
  const { t } = useTranslation();
  const affiliations = useAffiliations();
  const count =
    affiliations.type === "ready" ? affiliations.value.filter(({ acceptedAt }) => acceptedAt === null).length : 0;
  return count === 0 ? null : (
    <Notice tone="info" title={t("affiliation.waiting", { count })}>
      <ButtonLink small to="/profile">
        {t("affiliation.answer")}
      </ButtonLink>
    </Notice>
  );
}
