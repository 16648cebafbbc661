import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { allowedTenant, requireDefaultTenant, userIdentity, userIdOf } from '@vigie/access';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { identityOf, setIdentity } from '@vigie/access/wire';
import type { UserSchema } from '@vigie/proto/vigie/access/v1/user_pb.ts';
import type { UpdateUserRequest, UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import type { CallContext, ServiceImplementation } from '@vigie/service-kit/grpc';
import type { ChangePassword } from '../../application/change-password.ts';
import type { GetUser } from '../../application/get-user.ts';
import type { CreateUser, DeleteUser, ListUsers, MoveUser, UpdateUser } from '../../application/manage-users.ts';
import type { Register } from '../../application/register.ts';
import type { ConfirmEmail, RequestPasswordReset, ResetPassword } from '../../application/use-mail-token.ts';
import { isRole } from '../../domain/role.ts';
import { normalEmail, type User, type UserChanges, type UserName } from '../../domain/user.ts';
import { readListRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { unlessUndefined } from './times.ts';
import { UUID } from './uuid.ts';

export interface UserServiceParts {
  readonly register: Register;
  readonly confirmEmail: ConfirmEmail;
  readonly requestPasswordReset: RequestPasswordReset;
  readonly resetPassword: ResetPassword;
  readonly getUser: GetUser;
  readonly changePassword: ChangePassword;
  readonly createUser: CreateUser;
  readonly listUsers: ListUsers;
  readonly updateUser: UpdateUser;
  readonly moveUser: MoveUser;
  readonly deleteUser: DeleteUser;
}

export function createUserService(parts: UserServiceParts): ServiceImplementation<typeof UserService> {
  return {
    async register({ email, password }, { signal }) {
      await parts.register(normalEmail(email), password, signal);
      return {};
    },

    async confirmEmail({ token, password }, context) {
      setUser(context, await parts.confirmEmail(token, password, context.signal));
      return {};
    },

    async requestPasswordReset({ tenant, email }) {
      await parts.requestPasswordReset({ tenant: tenant || DEFAULT_TENANT, email: normalEmail(email) });
      return {};
    },

    async resetPassword({ token, newPassword }, context) {
      setUser(context, await parts.resetPassword(token, newPassword, context.signal));
      return {};
    },

    async getCurrentUser(_request, context) {
      return toProto(await parts.getUser(userIdOf(identityOf(context))));
    },

    async changePassword({ currentPassword, newPassword }, context) {
      await parts.changePassword(userIdOf(identityOf(context)), currentPassword, newPassword, context.signal);
      return {};
    },

    async createUser({ user }, context) {
      const { tenant: asked = '', email = '', roles = [] } = user ?? {};
      const tenant = allowedTenant(identityOf(context), asked);
      return toProto(await parts.createUser({ tenant, email: normalEmail(email) }, roles.filter(isRole)));
    },

    async listUsers(request, context) {
      const tenant = allowedTenant(identityOf(context), request.tenant);
      const { pageSize, after } = readListRequest(request, UUID);
      const { items, next } = await parts.listUsers(tenant, pageSize, after);
      return { users: items.map(toProto), nextPageToken: encodePageToken(next) };
    },

    async updateUser(request, context) {
      const tenant = allowedTenant(identityOf(context), request.tenant);
      return toProto(await parts.updateUser(tenant, request.id, readChanges(request)));
    },

    async moveUser({ id, tenant, roles }, context) {
      requireDefaultTenant(identityOf(context));
      return toProto(await parts.moveUser(id, tenant, roles.filter(isRole)));
    },

    async deleteUser({ id, tenant }, context) {
      await parts.deleteUser(allowedTenant(identityOf(context), tenant), id);
      return {};
    },
  };
}

/** For the audit log: who calls a public method shows by what it says who it is. */
export function setUser(context: CallContext, { id, tenant }: UserName): void {
  setIdentity(context, userIdentity(id, tenant, []));
}

function readChanges({ roles, disabled, updateMask }: UpdateUserRequest): UserChanges {
  const masked = updateMask?.paths ?? [];
  const given = [...(roles.length > 0 ? ['roles'] : []), ...(disabled === undefined ? [] : ['disabled'])];
  const changed = masked.length > 0 ? masked : given;
  return {
    roles: changed.includes('roles') ? roles.filter(isRole) : undefined,
    isDisabled: changed.includes('disabled') ? disabled === true : undefined,
  };
}

function toProto(user: User): MessageInitShape<typeof UserSchema> {
  const { id, tenant, email, roles, createdAt, confirmedAt, disabledAt, lastLoginAt } = user;
  return {
    ...{ id, tenant, email, roles: [...roles], createdAt: timestampFromDate(createdAt) },
    ...unlessUndefined({ confirmedAt, disabledAt, lastLoginAt }),
  };
}
