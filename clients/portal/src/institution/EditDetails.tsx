import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useAccount, useMember } from "../session/Session";
import { DetailFields } from "../signup/SignUp";
import { type ProfessionalDetails, professionalDetails } from "../signup/schema";
import { useAct } from "../ui/Act";
import { Button, Card, Row, Stack } from "../ui/basics";

/** Corrects a professional's public details while it is not verified; who was rejected applies again by it. */
export function EditDetails() {
  const { t } = useTranslation();
  const me = useMember();
  const [editing, setEditing] = useState(false);
  return (
    <Card title={t("standing.edit")}>
      <p>{t(me.status === "rejected" ? "standing.editAgainText" : "standing.editText")}</p>
      {editing ? (
        <Form onDone={() => setEditing(false)} />
      ) : (
        <Row justify="end">
          <Button onPress={() => setEditing(true)}>{t("standing.edit")}</Button>
        </Row>
      )}
    </Card>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const { control, handleSubmit } = useForm<ProfessionalDetails>({
    resolver: zodResolver(professionalDetails),
    defaultValues: me.details ?? { name: "", speciality: "", licence: "", issuer: "", address: "" },
  });
  const store = async (details: ProfessionalDetails) => {
    const done = await act({
      title: t("standing.editTitle"),
      recorded: t("standing.editRecorded"),
      stays: t("standing.editStays"),
      confirm: t("standing.edit"),
      done: t("standing.editDone"),
      run: (report) => acts.updateDetails(details, report),
    });
    if (done) {
      onDone();
    }
  };
  return (
    <form onSubmit={(event) => void handleSubmit(store)(event)} noValidate>
      <Stack>
        <DetailFields role={me.role} control={control} />
        <Row justify="end">
          <Button onPress={onDone}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary">
            {t("standing.edit")}
          </Button>
        </Row>
      </Stack>
    </form>
  );
}
