import { useTranslation } from "react-i18next";
import type { Staff } from "../chain/views";
import { Named } from "../records/Named";
import { useAct } from "../ui/Act";
import { Button, Card, Facts, Row } from "../ui/basics";
import { useAccount } from "./Session";

/** For whom a person of staff acts, and for what; leaving. */
export function LeaveStaff({ staff }: { staff: Staff }) {
  const { t } = useTranslation();
  const { acts, identity } = useAccount();
  const act = useAct();
  const leave = () =>
    act({
      title: t("staff.leave"),
      recorded: t("staff.leaveRecorded"),
      stays: t("staff.removeStays"),
      confirm: t("staff.leave"),
      danger: true,
      done: t("staff.leaveDone"),
      run: (report) => acts.removeStaff(identity.address, report),
    });
  return (
    <Card title={t("staff.mine")}>
      <Facts
        facts={[
          [t("staff.institution"), <Named key="institution" id={staff.institution} />],
          [t("staff.scopeLabel"), `${t(`staff.scope.${staff.scope}`)}: ${t(`staff.may.${staff.scope}`)}`],
        ]}
      />
      <Row>
        <Button look="danger" onPress={() => void leave()}>
          {t("staff.leave")}
        </Button>
      </Row>
    </Card>
  );
}
