import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member, Role } from "../chain/views";
import { memberName, useLive } from "../session/Connection";
import { Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";

/** Names a member by number or username, and says who that is before anything is decided. */
export function MemberField({
  label,
  roles,
  onMember,
}: {
  label: string;
  roles: readonly Role[];
  onMember: (member: Member | null) => void;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const name = wanted.trim().toLowerCase();
  const found = useLive(name.length < 3 ? null : `named ${name}`, async (reads) => {
    const member = await reads.member(/^\d+$/.test(name) ? Number(name) : name);
    const fits = member !== null && member.status === "active" && roles.includes(member.role) ? member : null;
    onMember(fits);
    return fits;
  });
  const member = name.length < 3 || found.type !== "ready" ? undefined : found.value;
  return (
    <Stack gap="tight">
      <PlainField
        label={label}
        value={wanted}
        onChange={(text) => {
          setWanted(text);
          onMember(null);
        }}
        type="search"
        hint={t("named.hint")}
        error={member === null ? t("named.nobody") : undefined}
      />
      <div role="status">
        {member == null ? null : (
          <strong>
            {t("member.named", { name: memberName(member, member.id), id: member.id })}&nbsp;· {t(`role.${member.role}`)}
          </strong>
        )}
      </div>
    </Stack>
  );
}
