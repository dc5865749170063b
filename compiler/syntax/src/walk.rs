//! One walk over the tree, for everything that visits nodes without caring where they stand.

mod test;

use crate::ast::{
    Accept, Annotation, Arg, Bind, Condition, ContractClause, ContractKind, Decl, DeclKind, EnvironmentEntry, Expr,
    ExprKind, Fields, GateClauseKind, Group, Instances, Name, Param, Phase, PhaseKind, Policy, Range, Release, Stage,
    StageEntry, Statement, Step, StepKind, StrPart, TogetherMember, TypeBody, TypeKind, TypeRef, Wait,
};

/// Sees the nodes of a tree in the order of the text. Every method does nothing unless it is overridden;
/// the walk goes on into a node's parts after the node was seen.
pub trait Visitor {
    /// An expression.
    fn expr(&mut self, _expr: &Expr) {}
    /// A mention of a type.
    fn type_ref(&mut self, _ty: &TypeRef) {}
    /// A parameter, or a field of a record type.
    fn param(&mut self, _param: &Param) {}
    /// The fields of one pair of braces.
    fn fields(&mut self, _fields: &Fields) {}
    /// A step.
    fn step(&mut self, _step: &Step) {}
    /// An entry of a strategy.
    fn stage(&mut self, _stage: &StageEntry) {}
    /// An exception; `scope` is the list of steps that it stands in, none where that is the declaration.
    fn accept(&mut self, _accept: &Accept, _scope: Option<Range>) {}
    /// A mention of a declaration outside expressions and types: a service, environment, gate, metric or objective.
    fn mention(&mut self, _name: &Name) {}
}

/// Walks a declaration.
pub fn decl(decl: &Decl, visitor: &mut dyn Visitor) {
    decl.annotations.iter().for_each(|annotation| walk_annotation(annotation, visitor));
    match &decl.kind {
        DeclKind::Use(_) | DeclKind::Error(_) => {}
        DeclKind::Type(it) => type_body(&it.body, visitor),
        DeclKind::Let(it) => {
            type_ref(&it.ty, visitor);
            expr(&it.value, visitor);
        }
        DeclKind::Function(it) => {
            params(&it.params, visitor);
            type_ref(&it.result, visitor);
            expr(&it.body, visitor);
        }
        DeclKind::Environment(it) => {
            it.extends.iter().for_each(|name| visitor.mention(name));
            it.entries.iter().for_each(|entry| environment_entry(entry, visitor));
        }
        DeclKind::Service(it) => {
            it.runbook.iter().for_each(|url| expr(url, visitor));
            fields(&it.fields, visitor);
            contract(&it.contract, visitor);
            it.accepts.iter().for_each(|it| accept(it, None, visitor));
        }
        DeclKind::Database(it) => {
            type_ref(&it.ty, visitor);
            fields(&it.fields, visitor);
        }
        DeclKind::Migration(it) => {
            visitor.mention(&it.database);
            it.phases.iter().for_each(|it| phase(it, visitor));
            it.accepts.iter().for_each(|it| accept(it, None, visitor));
        }
        DeclKind::Released(it) => {
            [&it.service, &it.environment].into_iter().for_each(|name| visitor.mention(name));
            it.release.iter().for_each(|release| expr(release, visitor));
            fields(&it.fields, visitor);
            contract(&it.contract, visitor);
        }
        DeclKind::Metric(it) => {
            type_ref(&it.ty, visitor);
            fields(&it.fields, visitor);
        }
        DeclKind::Slo(it) => {
            visitor.mention(&it.service);
            for objective in &it.objectives {
                visitor.mention(&objective.metric);
                expr(&objective.target, visitor);
                objective.under.iter().for_each(|under| expr(under, visitor));
                expr(&objective.period, visitor);
            }
        }
        DeclKind::Gate(it) => {
            it.runbook.iter().for_each(|url| expr(url, visitor));
            it.clauses.iter().for_each(|clause| gate_clause(&clause.kind, visitor));
        }
        DeclKind::Strategy(it) => {
            params(&it.params, visitor);
            it.guard.iter().for_each(|guard| expr(guard, visitor));
            stages(&it.stages, visitor);
        }
        DeclKind::Action(it) => {
            params(&it.params, visitor);
            it.result.iter().for_each(|result| type_ref(result, visitor));
            fields(&it.fields, visitor);
        }
        DeclKind::Workflow(it) => {
            params(&it.params, visitor);
            it.runbook.iter().for_each(|url| expr(url, visitor));
            steps(&it.steps, visitor);
        }
        DeclKind::Group(it) => group(it, visitor),
        DeclKind::Flag(it) => fields(&it.fields, visitor),
        DeclKind::Policy(it) => policy(it, visitor),
        DeclKind::Test(it) => test::test(it, visitor),
    }
}

fn group(group: &Group, visitor: &mut dyn Visitor) {
    for member in &group.members {
        visitor.mention(&member.service);
        member.after.iter().for_each(|before| visitor.mention(before));
    }
}

fn policy(policy: &Policy, visitor: &mut dyn Visitor) {
    policy.condition.iter().for_each(|condition| expr(condition, visitor));
    for requirement in &policy.requirements {
        expr(&requirement.condition, visitor);
        requirement.because.iter().for_each(|because| expr(because, visitor));
    }
}

fn accept(accept: &Accept, scope: Option<Range>, visitor: &mut dyn Visitor) {
    visitor.accept(accept, scope);
    visitor.mention(&accept.proof);
    expr(&accept.because, visitor);
    expr(&accept.until, visitor);
}

fn walk_annotation(annotation: &Annotation, visitor: &mut dyn Visitor) {
    args(&annotation.args, visitor);
}

fn type_body(body: &TypeBody, visitor: &mut dyn Visitor) {
    match body {
        TypeBody::Record(list) => params(list, visitor),
        TypeBody::Union(cases) => cases.iter().for_each(|case| params(&case.fields, visitor)),
        TypeBody::Refined { base, condition } => {
            type_ref(base, visitor);
            expr(condition, visitor);
        }
        TypeBody::Error => {}
    }
}

fn params(list: &[Param], visitor: &mut dyn Visitor) {
    for param in list {
        visitor.param(param);
        type_ref(&param.ty, visitor);
        param.default.iter().for_each(|default| expr(default, visitor));
    }
}

fn environment_entry(entry: &EnvironmentEntry, visitor: &mut dyn Visitor) {
    match entry {
        EnvironmentEntry::Protected(_) | EnvironmentEntry::Error(_) => {}
        EnvironmentEntry::Field(field) => expr(&field.value, visitor),
        EnvironmentEntry::Bind(Bind { target, fields: bound }) => {
            visitor.mention(target);
            fields(bound, visitor);
        }
        EnvironmentEntry::Accept(it) => accept(it, None, visitor),
    }
}

fn contract(clauses: &[ContractClause], visitor: &mut dyn Visitor) {
    for clause in clauses {
        match &clause.kind {
            ContractKind::Access { table, .. } | ContractKind::Index { table, .. } => visitor.mention(&table.database),
            ContractKind::Stray(_) => {}
            ContractKind::Provides { versions, .. } => expr(versions, visitor),
            ContractKind::Calls { service, version, .. } => {
                visitor.mention(service);
                expr(version, visitor);
            }
        }
    }
}

fn phase(phase: &Phase, visitor: &mut dyn Visitor) {
    match &phase.kind {
        PhaseKind::Expand(list) | PhaseKind::Contract(list) => list.iter().for_each(|it| match it {
            Statement::Sql(text) => expr(text, visitor),
            Statement::Error => {}
        }),
        PhaseKind::Backfill(it) => {
            let parts = [&it.set].into_iter().chain(&it.filter).chain([&it.batch]).chain(&it.pause);
            parts.for_each(|part| expr(part, visitor));
        }
        PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => {}
    }
}

fn gate_clause(clause: &GateClauseKind, visitor: &mut dyn Visitor) {
    match clause {
        GateClauseKind::AtLeast(x)
        | GateClauseKind::Confidence(x)
        | GateClauseKind::WarmUp(x)
        | GateClauseKind::Lag(x) => expr(x, visitor),
        GateClauseKind::Condition(it) | GateClauseKind::Advisory(it) => condition(it, visitor),
        GateClauseKind::Inconclusive { extend, .. } => extend.iter().for_each(|extend| expr(extend, visitor)),
        GateClauseKind::Accept(it) => accept(it, None, visitor),
        GateClauseKind::Error => {}
    }
}

fn condition(it: &Condition, visitor: &mut dyn Visitor) {
    match it {
        Condition::Compare { left, right, .. } => {
            expr(left, visitor);
            expr(right, visitor);
        }
        Condition::Burn { slo, share, window } => {
            visitor.mention(slo);
            expr(share, visitor);
            expr(window, visitor);
        }
    }
}

fn stages(list: &[StageEntry], visitor: &mut dyn Visitor) {
    for entry in list {
        visitor.stage(entry);
        match entry {
            StageEntry::Stage(it) => stage(it, visitor),
            StageEntry::For { list, stages: inner, .. } => {
                expr(list, visitor);
                stages(inner, visitor);
            }
            StageEntry::Accept(it) => accept(it, None, visitor),
            StageEntry::Error(_) => {}
        }
    }
}

fn stage(stage: &Stage, visitor: &mut dyn Visitor) {
    expr(&stage.weight, visitor);
    match &stage.instances {
        Some(Instances::Count(x) | Instances::Share(x)) => expr(x, visitor),
        None => {}
    }
    let exposed = stage.cohort.iter().chain(&stage.sticky);
    let replaced = stage.keeping.iter().chain(&stage.surge).chain(&stage.unavailable);
    let clauses = exposed.chain(replaced).chain(&stage.hold).chain(&stage.guard);
    clauses.for_each(|clause| expr(clause, visitor));
    if let Some(pause) = &stage.pause {
        visitor.mention(&pause.metric);
        expr(&pause.limit, visitor);
    }
}

/// Walks steps.
pub fn steps(list: &[Step], visitor: &mut dyn Visitor) {
    let scope = list.first().zip(list.last()).map(|(first, last)| first.range.to(last.range));
    for step in list {
        visitor.step(step);
        step_kind(&step.kind, scope, visitor);
        let modifiers = &step.modifiers;
        let reason = modifiers.go_on.iter().map(|go_on| &go_on.because);
        let limit = modifiers.may_spend.iter().map(|limit| &limit.share);
        let values = modifiers.within.iter().chain(&modifiers.retry).chain(reason).chain(limit);
        let silencing = modifiers.silencing.iter().flat_map(|it| [&it.matching, &it.at_most]);
        values.chain(silencing).chain(&modifiers.runbook).for_each(|x| expr(x, visitor));
        modifiers.on_failure.iter().for_each(|inner| steps(inner, visitor));
    }
}

fn step_kind(kind: &StepKind, scope: Option<Range>, visitor: &mut dyn Visitor) {
    match kind {
        StepKind::Rollout(it) => {
            visitor.mention(&it.service);
            release(&it.release, visitor);
            visitor.mention(&it.environment);
            expr(&it.strategy, visitor);
        }
        StepKind::Migrate(it) => {
            it.phases.iter().for_each(|phase| visitor.mention(&phase.migration));
            visitor.mention(&it.environment);
        }
        StepKind::Run(action) => expr(action, visitor),
        StepKind::Check(it) => {
            [&it.gate, &it.service, &it.environment].into_iter().for_each(|name| visitor.mention(name));
            expr(&it.over, visitor);
        }
        StepKind::Approval(it) => it.count.iter().chain([&it.people]).for_each(|x| expr(x, visitor)),
        StepKind::Wait(Wait::For(duration)) => expr(duration, visitor),
        StepKind::Wait(Wait::Until { time, zone }) => [time, zone].into_iter().for_each(|x| expr(x, visitor)),
        StepKind::Expose(it) => {
            visitor.mention(&it.flag);
            let audience = it.audience.iter().flat_map(|to| to.share.iter().chain(&to.cohort));
            audience.for_each(|x| expr(x, visitor));
            visitor.mention(&it.environment);
            it.strategy.iter().for_each(|strategy| expr(strategy, visitor));
        }
        StepKind::Mirror(it) => {
            visitor.mention(&it.service);
            release(&it.release, visitor);
            visitor.mention(&it.environment);
            [&it.share, &it.hold].into_iter().chain(&it.guard).for_each(|x| expr(x, visitor));
        }
        StepKind::Notify(it) => {
            visitor.mention(&it.channel);
            expr(&it.text, visitor);
        }
        StepKind::Together(it) => {
            it.group.iter().chain([&it.environment]).for_each(|name| visitor.mention(name));
            expr(&it.strategy, visitor);
            it.members.iter().for_each(|one| member(one, visitor));
        }
        StepKind::Parallel(inner) | StepKind::Series(inner) | StepKind::Finally(inner) => steps(inner, visitor),
        StepKind::For(it) => {
            expr(&it.list, visitor);
            steps(&it.steps, visitor);
        }
        StepKind::When(it) => {
            expr(&it.condition, visitor);
            [&it.then, &it.otherwise].into_iter().for_each(|inner| steps(inner, visitor));
        }
        StepKind::Rollback(it) => {
            [&it.target].into_iter().chain(&it.environment).for_each(|name| visitor.mention(name));
        }
        StepKind::Accept(it) => accept(it, scope, visitor),
        StepKind::Error => {}
    }
}

fn release(of: &Release, visitor: &mut dyn Visitor) {
    visitor.mention(&of.name);
    of.overrides.iter().for_each(|it| expr(&it.value, visitor));
}

fn member(of: &TogetherMember, visitor: &mut dyn Visitor) {
    let Some(service) = &of.service else { return };
    visitor.mention(service);
    release(&of.release, visitor);
    of.after.iter().for_each(|name| visitor.mention(name));
}

fn fields(fields: &Fields, visitor: &mut dyn Visitor) {
    visitor.fields(fields);
    fields.list.iter().for_each(|field| expr(&field.value, visitor));
}

fn args(args: &[Arg], visitor: &mut dyn Visitor) {
    args.iter().for_each(|arg| expr(&arg.value, visitor));
}

/// Walks a mention of a type.
pub fn type_ref(ty: &TypeRef, visitor: &mut dyn Visitor) {
    visitor.type_ref(ty);
    match &ty.kind {
        TypeKind::Named(_, args) => args.iter().for_each(|arg| type_ref(arg, visitor)),
        TypeKind::Optional(inner) => type_ref(inner, visitor),
        TypeKind::Function(params, result) => {
            params.iter().for_each(|param| type_ref(param, visitor));
            type_ref(result, visitor);
        }
        TypeKind::Error => {}
    }
}

/// Walks an expression.
pub fn expr(node: &Expr, visitor: &mut dyn Visitor) {
    visitor.expr(node);
    match &node.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Window(_) | ExprKind::Freeze(_) | ExprKind::Error => {}
        ExprKind::Str(parts) | ExprKind::Foreign(_, parts) => parts.iter().for_each(|part| str_part(part, visitor)),
        ExprKind::Field(x, _) | ExprKind::Unary(_, x) | ExprKind::Lambda(_, x) | ExprKind::Is(x, _) => expr(x, visitor),
        ExprKind::Call(callee, list) => {
            expr(callee, visitor);
            args(list, visitor);
        }
        ExprKind::Record(_, inner) => fields(inner, visitor),
        ExprKind::List(list) => list.iter().for_each(|x| expr(x, visitor)),
        ExprKind::Binary(_, a, b) | ExprKind::Interval(a, b) => [a, b].into_iter().for_each(|x| expr(x, visitor)),
        ExprKind::When(value, arms) => {
            expr(value, visitor);
            arms.iter().for_each(|arm| expr(&arm.value, visitor));
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|x| expr(x, visitor)),
    }
}

fn str_part(part: &StrPart, visitor: &mut dyn Visitor) {
    match part {
        StrPart::Text(_) => {}
        StrPart::Expr(inner) => expr(inner, visitor),
    }
}
