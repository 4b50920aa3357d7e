import { useTranslation } from "react-i18next";
import { useMemberName } from "../session/Connection";

/** A member by name and number. */
export function Named({ id }: { id: number }) {
  const name = useMemberName(id);
  const { t } = useTranslation();
  return <>{name === `#${id}` ? t("member.number", { id }) : t("member.named", { name, id })}</>;
}
