import { useTranslation } from "react-i18next";
import { useMemberName, useRecordKind } from "../session/Connection";

/** A member by name and number. */
export function Named({ id }: { id: number }) {
  const name = useMemberName(id);
  const { t } = useTranslation();
  return <>{name === `#${id}` ? t("member.number", { id }) : t("member.named", { name, id })}</>;
}

/** A record by kind and number. */
export function NamedRecord({ id }: { id: number }) {
  const kind = useRecordKind(id);
  const { t } = useTranslation();
  return <>{kind === null ? t("records.number", { id }) : t("records.item", { kind: t(`kind.${kind}`), id })}</>;
}
